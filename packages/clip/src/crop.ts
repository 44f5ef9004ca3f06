/**
 * The centred crop, to the pixel as torchvision's `CenterCrop` (0.14): where it starts, and the copying.
 */
import { type Frames, frameOf } from './frames.js';

/**
 * The first pixel of a centred window of `crop` pixels in a side of `size` pixels. Negative if the side is shorter than
 * the window; then that many zeros come first.
 */
export function cropStart(size: number, crop: number): number {
  return crop > size ? -Math.floor((crop - size) / 2) : roundHalfToEven((size - crop) / 2);
}

/** Python's `round`, which torchvision uses: halves go to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Fills `out` with the window of each frame that starts at `left` and `top`; pixels outside the frame are black. */
export function copyWindow(source: Frames, out: Frames, left: number, top: number): void {
  for (let t = 0; t < source.count; t++) copyFrame(frameOf(source, t), frameOf(out, t), left, top);
}

function copyFrame(source: Frames, out: Frames, left: number, top: number): void {
  const from = Math.max(0, -left);
  const to = Math.min(out.width, source.width - left);
  for (let y = 0; y < out.height; y++) {
    const start = y * out.width * 3;
    const row = y + top;
    if (row < 0 || row >= source.height || from >= to) {
      out.data.fill(0, start, start + out.width * 3);
      continue;
    }
    const first = (row * source.width + left + from) * 3;
    out.data.fill(0, start, start + from * 3);
    out.data.set(source.data.subarray(first, first + (to - from) * 3), start + from * 3);
    out.data.fill(0, start + to * 3, start + out.width * 3);
  }
}
