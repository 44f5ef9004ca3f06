/** Film strips: a few frames of a clip side by side, as one JPEG or as pixels. */
import { type Frames, frameAt, resizeFrames } from '@kinora/clip';
import { encodeJpeg } from '../data/decode/jpeg.js';
import type { Image } from '../run/event.js';

export interface Strip {
  jpeg: Uint8Array;
  /** In pixels. */
  width: number;
  height: number;
}

const FRAMES = 8;
const HEIGHT = 96;
const GAP = 2;

/** Frames evenly spread from the first to the last, at most `HEIGHT` pixels high, with thin grey gaps, as a JPEG. */
export function filmStrip(frames: Frames): Strip {
  const { data, height, width } = sideBySide(shrink(pick(frames, FRAMES)), GAP);
  return { jpeg: encodeJpeg(data, { height, width }, 85), width, height };
}

/** At most `most` frames of a clip `[T, H, W, 3]`, first and last included, as pixels `[H, n W, 3]`: for TensorBoard. */
export const stripPixels = (frames: Frames, most = FRAMES): Image => sideBySide(pick(frames, most), 0);

function sideBySide(frames: Frames, gap: number): Image {
  const width = frames.count * (frames.width + gap) - gap;
  const data = new Uint8Array(frames.height * width * 3).fill(140);
  for (let t = 0; t < frames.count; t++) {
    const frame = frameAt(frames, t);
    for (let y = 0; y < frames.height; y++) {
      const row = frame.subarray(y * frames.width * 3, (y + 1) * frames.width * 3);
      data.set(row, (y * width + t * (frames.width + gap)) * 3);
    }
  }
  return { data, height: frames.height, width, channels: 3 };
}

function pick(frames: Frames, most: number): Frames {
  const count = Math.min(most, frames.count);
  const size = frames.height * frames.width * 3;
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const t = count === 1 ? 0 : Math.round((i * (frames.count - 1)) / (count - 1));
    data.set(frameAt(frames, t), i * size);
  }
  return { data, count, height: frames.height, width: frames.width };
}

function shrink(frames: Frames): Frames {
  if (frames.height <= HEIGHT) return frames;
  return resizeFrames(frames, HEIGHT, Math.max(1, Math.round((frames.width * HEIGHT) / frames.height)));
}

export function dataUri({ jpeg }: Strip): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}
