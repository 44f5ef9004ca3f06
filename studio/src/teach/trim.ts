/** The part of a recording that is learned: its frames, how it moves, and a film strip to choose it on. */
import type { Frames } from '@kinora/clip';
import { rgbImage } from '../design/paint.js';

/** Frames `[from, until)` of a recording. */
export interface Part {
  readonly from: number;
  readonly until: number;
}

/** The frames of a part, in the same memory; all where none was chosen. */
export function framesOf(frames: Frames, part: Part | undefined): Frames {
  if (part === undefined) return frames;
  const size = frames.height * frames.width * 3;
  const { from, until } = part;
  return { ...frames, data: frames.data.subarray(from * size, until * size), count: until - from };
}

/** Moves one end to `frame`, not so far that fewer than `least` frames are left. */
export function moveEnd(part: Part, end: keyof Part, frame: number, count: number, least: number): Part {
  const few = Math.min(least, count);
  return end === 'from'
    ? { ...part, from: Math.max(0, Math.min(frame, part.until - few)) }
    : { ...part, until: Math.min(count, Math.max(frame, part.from + few)) };
}

/** So many of the frames side by side, from the first to the last. */
export function stripOf({ data, count, height, width }: Frames, pictures: number): ImageData {
  const strip = new Uint8Array(height * pictures * width * 3);
  for (let i = 0; i < pictures; i++) {
    const frame = Math.round((i * (count - 1)) / Math.max(1, pictures - 1));
    for (let row = 0; row < height; row++) {
      const start = (frame * height + row) * width * 3;
      strip.set(data.subarray(start, start + width * 3), (row * pictures + i) * width * 3);
    }
  }
  return rgbImage(strip, 0, height, pictures * width);
}
