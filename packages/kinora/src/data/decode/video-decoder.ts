/** What a video decoder offers to `video.ts`, and the error of files that it cannot decode. */
import { type Frames, type KinoraError, kinoraError } from '@kinora/clip';

/** Something that can list and decode the first video stream of a file. */
export interface VideoDecoder {
  readonly name: string;
  /** Presentation times of all shown frames as stamped, in seconds, ascending. */
  times(path: string): Promise<Float64Array>;
  /** The frames at these ascending positions of `times`, upright. */
  decode(
    path: string,
    times: Float64Array,
    positions: ArrayLike<number>,
    storage?: Uint8Array,
  ): Promise<Frames>;
  /** Decodes all frames of `times` and keeps none. */
  verify(path: string, times: Float64Array): Promise<void>;
}

/**
 * The error for a video file that cannot be decoded. `problem` is the decoder's own wording; only its first line is kept,
 * without addresses.
 */
export function videoError(path: string, problem: unknown): KinoraError {
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
