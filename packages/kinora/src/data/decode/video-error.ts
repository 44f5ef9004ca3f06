/** The one error for video files that cannot be decoded, whichever decoder met them. */
import { type KinoraError, kinoraError } from '@kinora/clip';

/** `problem` is the decoder's own wording; only its first line is kept, without addresses. */
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
