/** Plays a source: all of its frames one after the other, with their times. */
import type { Frames } from '@kinora/clip';
import type { ClipSource } from './source.js';

/** One frame of a running source, uint8 RGB `[H, W, 3]`. */
export interface PlayedFrame {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Seconds on the source's own clock, ascending. */
  readonly time: number;
}

/** Bytes of decoded frames to hold at once. */
const HELD = 64e6;

/** All frames of a source; those of a folder come at `rate` a second. */
export async function* playSource(source: ClipSource, rate: number): AsyncGenerator<PlayedFrame> {
  let together = 1;
  for (let first = 0; first < source.count; ) {
    const positions = Array.from({ length: Math.min(together, source.count - first) }, (_, i) => first + i);
    const { data, height, width }: Frames = await source.read(positions);
    const size = height * width * 3;
    for (const [i, position] of positions.entries()) {
      const time = source.times?.[position] ?? position / rate;
      yield { data: data.subarray(i * size, (i + 1) * size), height, width, time };
    }
    first += positions.length;
    together = Math.max(1, Math.floor(HELD / size));
  }
}
