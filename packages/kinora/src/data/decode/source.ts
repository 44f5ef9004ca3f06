/**
 * What every source of clips offers, be it a folder of frames, a video file or a packed shard.
 */
import type { Frames } from '@kinora/clip';
import type { EncodedFrame } from './jpeg-frames.js';

/** An opened clip. Holds no file open: reading opens what it needs. */
export interface ClipSource {
  readonly path: string;
  /** Frames it has, at least one. */
  readonly count: number;
  /** Seconds at which each frame is shown, ascending, the first one's being 0; absent for folders. */
  readonly times?: Float64Array;
  /**
   * The frames at these positions (ascending, repeats allowed), uint8 `[positions, H, W, 3]`. They lie in
   * `storage` if that is large enough. Throws KinoraError `clip/...` if the clip is damaged.
   */
  read(positions: ArrayLike<number>, storage?: Uint8Array): Promise<Frames>;
  /** Where the frames are JPEGs: those at these ascending positions, as they are. */
  encoded?(positions: readonly number[]): Promise<(position: number) => EncodedFrame>;
  /** Decodes every frame and keeps none. Throws KinoraError `clip/...` if the clip is damaged anywhere. */
  verify(): Promise<void>;
}
