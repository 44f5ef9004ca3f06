/** Film strips: a few frames of a clip side by side, as one JPEG. */
import { type Frames, frameAt, resizeFrames } from '@kinora/clip';
import { encodeJpeg } from '../data/decode/jpeg.js';

export interface Strip {
  jpeg: Uint8Array;
  /** In pixels. */
  width: number;
  height: number;
}

const FRAMES = 8;
const HEIGHT = 96;
const GAP = 2;

/** Frames evenly spread from the first to the last, at most `HEIGHT` pixels high, with thin grey gaps. */
export function filmStrip(frames: Frames): Strip {
  const small = shrink(pick(frames));
  const width = small.count * (small.width + GAP) - GAP;
  const pixels = new Uint8Array(small.height * width * 3).fill(140);
  for (let t = 0; t < small.count; t++) {
    const frame = frameAt(small, t);
    for (let y = 0; y < small.height; y++) {
      const row = frame.subarray(y * small.width * 3, (y + 1) * small.width * 3);
      pixels.set(row, (y * width + t * (small.width + GAP)) * 3);
    }
  }
  const size = { height: small.height, width };
  return { jpeg: encodeJpeg(pixels, size, 85), ...size };
}

function pick(frames: Frames): Frames {
  const count = Math.min(FRAMES, frames.count);
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
