/**
 * Changes the size of frames: separable triangle filter, widened when shrinking so that nothing aliases.
 * The arithmetic is PIL's `Image.resize(BILINEAR)`, bit for bit: 22-bit weights, columns first, uint8 between
 * the two passes. Runs in browsers too.
 */
import { type Frames, frameBytes, framesIn } from './frames.js';

/** `[out]` groups of `taps` weights each, over source pixels from `first[i]` on. */
interface Filter {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** 22-bit fixed point, `[out, taps]`. */
  readonly weights: Int32Array;
}

const BITS = 22;

/** Frames `[T, height, width, 3]`; the same object if they have that size already. */
export function resizeFrames(frames: Frames, height: number, width: number, storage?: Uint8Array): Frames {
  if (frames.height === height && frames.width === width) return frames;
  const out = framesIn(storage, frames.count, height, width);
  const columns = triangleFilter(frames.width, width);
  const rows = triangleFilter(frames.height, height);
  const narrow = new Uint8Array(frameBytes(frames.height, width));
  for (let t = 0; t < frames.count; t++) {
    const source = frames.data.subarray(t * frameBytes(frames.height, frames.width));
    resizeColumns(source, narrow, frames.height, frames.width, width, columns);
    resizeRows(narrow, out.data.subarray(t * frameBytes(height, width)), width * 3, height, rows);
  }
  return frames.times === undefined ? out : { ...out, times: frames.times };
}

/** The weights PIL's `precompute_coeffs` gives for its BILINEAR filter, of support 1. */
function triangleFilter(size: number, out: number): Filter {
  const scale = size / out;
  const support = Math.max(1, scale);
  const taps = Math.ceil(support) * 2 + 1;
  const filter: Filter = {
    taps,
    first: new Int32Array(out),
    count: new Int32Array(out),
    weights: new Int32Array(out * taps),
  };
  for (let i = 0; i < out; i++) fillTaps(filter, i, (i + 0.5) * scale, support, size);
  return filter;
}

function fillTaps(filter: Filter, i: number, centre: number, support: number, size: number): void {
  const first = Math.max(0, Math.trunc(centre - support + 0.5));
  const count = Math.min(size, Math.trunc(centre + support + 0.5)) - first;
  const weight = (tap: number): number =>
    Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) * (1 / support)));
  let total = 0;
  for (let tap = 0; tap < count; tap++) total += weight(tap);
  for (let tap = 0; tap < count; tap++) {
    filter.weights[i * filter.taps + tap] = Math.trunc(0.5 + (weight(tap) / total) * (1 << BITS));
  }
  filter.first[i] = first;
  filter.count[i] = count;
}

/** `[H, W, 3]` to `[H, width, 3]`. The weights of a pixel add up to one, so sums stay below 2^31. */
function resizeColumns(
  source: Uint8Array,
  target: Uint8Array,
  height: number,
  sourceWidth: number,
  width: number,
  { taps, first, count, weights }: Filter,
): void {
  for (let y = 0, write = 0; y < height; y++) {
    for (let x = 0; x < width; x++, write += 3) {
      let read = (y * sourceWidth + first[x]!) * 3;
      let r = 1 << (BITS - 1);
      let g = r;
      let b = r;
      for (let tap = x * taps, end = tap + count[x]!; tap < end; tap++, read += 3) {
        const k = weights[tap]!;
        r = (r + Math.imul(source[read]!, k)) | 0;
        g = (g + Math.imul(source[read + 1]!, k)) | 0;
        b = (b + Math.imul(source[read + 2]!, k)) | 0;
      }
      target[write] = clamp(r >> BITS);
      target[write + 1] = clamp(g >> BITS);
      target[write + 2] = clamp(b >> BITS);
    }
  }
}

/** `[H, rowBytes]` to `[height, rowBytes]`. */
function resizeRows(
  source: Uint8Array,
  target: Uint8Array,
  rowBytes: number,
  height: number,
  { taps, first, count, weights }: Filter,
): void {
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (BITS - 1));
    for (let tap = 0, read = first[y]! * rowBytes; tap < count[y]!; tap++, read += rowBytes) {
      const k = weights[y * taps + tap]!;
      for (let i = 0; i < rowBytes; i++) sums[i]! += Math.imul(source[read + i]!, k);
    }
    for (let i = 0; i < rowBytes; i++) target[y * rowBytes + i] = clamp(sums[i]! >> BITS);
  }
}

/** Rounding of the weights may carry a white pixel one past the end. */
function clamp(value: number): number {
  return Math.min(255, value);
}
