/** What a video decoder offers to `video.ts`. */
import type { Frames } from '@kinora/clip';

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
