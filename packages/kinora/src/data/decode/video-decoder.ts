/** What a video decoder offers to `video.ts`, and the error of files that it cannot decode. */
import { type Frames, KinoraError, kinoraError } from '@kinora/clip';

/** Lists and decodes the frames of a file's first video stream. */
export interface VideoDecoder {
  readonly name: string;
  /** Presentation timestamps of all shown frames, in seconds, ascending. */
  times(path: string): Promise<Float64Array>;
  /** The frames at these ascending positions of `times`, upright. */
  decode(
    path: string,
    times: Float64Array,
    positions: ArrayLike<number>,
    storage?: Uint8Array,
  ): Promise<Frames>;
  /** Decodes all frames of `times` and discards them. */
  verify(path: string, times: Float64Array): Promise<void>;
}

/**
 * The error for a video file that cannot be decoded. `problem` is the decoder's own wording; only its first line is kept,
 * without addresses.
 */
export function videoError(path: string, problem: unknown): KinoraError {
  if (problem instanceof KinoraError) return problem;
  const message = problem instanceof Error ? problem.message : String(problem);
  return kinoraError('clip/corrupt-video', path, {
    expected: 'a complete video file',
    received:
      message
        .trim()
        .split('\n')[0]
        ?.replace(/^\[.*? @ 0x[0-9a-f]+\] /, '') || 'one that cannot be decoded',
    cause: problem instanceof Error ? problem : undefined,
  });
}
