/** A clip as one picture for TensorBoard: a few frames, evenly spaced in time, side by side. */
import type { Frames } from '@kinora/clip';
import type { Image } from './event.js';

/** At most `most` frames of a clip `[T, H, W, 3]`, first and last included, as `[H, n W, 3]`. */
export function filmStrip(clip: Pick<Frames, 'data' | 'count' | 'height' | 'width'>, most = 8): Image {
  const { data, count, height, width } = clip;
  const n = Math.min(count, most);
  const strip = new Uint8Array(height * n * width * 3);
  for (let i = 0; i < n; i++) {
    const frame = n === 1 ? 0 : Math.round((i * (count - 1)) / (n - 1));
    for (let y = 0; y < height; y++) {
      const from = (frame * height + y) * width * 3;
      strip.set(data.subarray(from, from + width * 3), (y * n + i) * width * 3);
    }
  }
  return { data: strip, height, width: n * width, channels: 3 };
}
