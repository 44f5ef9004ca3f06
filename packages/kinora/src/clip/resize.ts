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
  for (let x = 0; x < width; x++) {
    const w = x * taps;
    const n = count[x]!;
    for (let y = 0; y < height; y++) {
      let read = (y * sourceWidth + first[x]!) * 3;
      let r = 1 << (BITS - 1);
      let g = r;
      let b = r;
      for (let tap = 0; tap < n; tap++, read += 3) {
        const k = weights[w + tap]!;
        r += source[read]! * k;
        g += source[read + 1]! * k;
        b += source[read + 2]! * k;
      }
      const write = (y * width + x) * 3;
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
  for (let y = 0; y < height; y++) {
    const start = first[y]! * rowBytes;
    const n = count[y]!;
    for (let i = 0; i < rowBytes; i++) {
      let sum = 1 << (BITS - 1);
      for (let tap = 0, read = start + i; tap < n; tap++, read += rowBytes) {
        sum += source[read]! * weights[y * taps + tap]!;
      }
      target[y * rowBytes + i] = clamp(sum >> BITS);
    }
  }
}

/** Rounding of the weights may carry a white pixel one past the end. */
function clamp(value: number): number {
  return Math.min(255, value);
}
