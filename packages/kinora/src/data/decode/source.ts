/**
 * The interface of every source of clips: a folder of frames, a video file or a packed shard.
 */
import { type Frames, mirrorFrames } from '@kinora/clip';
import type { EncodedFrame } from './jpeg-frames.js';

/** An opened clip. It keeps no file open; reading opens the files that it needs. */
export interface ClipSource {
  readonly path: string;
  /** Number of frames, at least one. */
  readonly count: number;
  /** Seconds at which each frame is shown, ascending from 0; absent for folders. */
  readonly times?: Float64Array;
  /**
   * The frames at these positions (ascending, repeats allowed), uint8 `[positions, H, W, 3]`. They are written to
   * `storage` if that is large enough. Throws KinoraError `clip/...` if the clip is damaged.
   */
  read(positions: ArrayLike<number>, storage?: Uint8Array): Promise<Frames>;
  /** If the frames are JPEGs: those at these ascending positions, as stored. */
  encoded?(positions: readonly number[]): Promise<(position: number) => EncodedFrame>;
  /** Decodes every frame and discards it. Throws KinoraError `clip/...` if the clip is damaged anywhere. */
  verify(): Promise<void>;
}

/** The clip mirrored left to right. */
export function mirroredSource(source: ClipSource): ClipSource {
  return {
    path: source.path,
    count: source.count,
    ...(source.times && { times: source.times }),
    verify: () => source.verify(),
    read: async (positions, storage) => {
      const frames = await source.read(positions, storage);
      mirrorFrames(frames);
      return frames;
    },
  };
}
