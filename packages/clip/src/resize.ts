/**
 * Resizes frames with a separable triangle filter, which is widened when shrinking to avoid aliasing.
 * The arithmetic is PIL's `Image.resize(BILINEAR)`, bit for bit: 22-bit weights, columns first, uint8 between
 * the two passes. Both passes are WebAssembly, whose source is `resize.wat`.
 */
import { type Frames, frameBytes, framesIn, type Size } from './frames.js';
import { RESIZE_WASM } from './resize.generated.js';
import { type WasmMemory, wasmExports, wasmRoom } from './wasm.js';

/** Frames `[T, height, width, 3]`; the same object if they already have that size. */
export function resizeFrames(frames: Frames, height: number, width: number, storage?: Uint8Array): Frames {
  if (frames.height === height && frames.width === width) return frames;
  const out = framesIn(storage, frames.count, height, width);
  const [from, to] = [frameBytes(frames.height, frames.width), frameBytes(height, width)];
  const resize = resizer(frames, out);
  for (let t = 0; t < frames.count; t++)
    out.data.set(resize(frames.data.subarray(t * from, (t + 1) * from)), t * to);
  return frames.times === undefined ? out : { ...out, times: frames.times };
}

/** Number of outputs, and bytes from one to the next. */
type Steps = readonly [count: number, read: number, write: number, filter: number];
/** See `resize.wat`: outputs in lines, and in each line. All positions are bytes of its memory. */
type Pass = (...places: [from: number, to: number, stride: number, filters: number, pairs: number, ...Steps, ...Steps]) => void; // biome-ignore format: one line

const wasm = wasmExports<{ readonly memory: WasmMemory; readonly filter: Pass }>(RESIZE_WASM);

/** Bytes that may be written beyond the end of a picture. */
const MARGIN = 16;

/** Resizes one frame. The result is valid until the next call. */
function resizer(from: Size, to: Size): (frame: Uint8Array) => Uint8Array {
  const { memory, filter } = wasm();
  const [fromRow, toRow] = [from.width * 3, to.width * 3];
  const across = triangleFilter(from.width, to.width, 3);
  const down = triangleFilter(from.height, to.height, toRow);
  const downAt = across.words.byteLength;
  const source = downAt + down.words.byteLength;
  const narrow = source + from.height * fromRow + across.reach;
  const target = narrow + from.height * toRow + down.reach;
  const end = target + to.height * toRow;
  const bytes = wasmRoom(memory, end + MARGIN);
  new Int32Array(bytes.buffer).set(across.words);
  new Int32Array(bytes.buffer, downAt).set(down.words);
  const columns: Steps = [to.width, 0, 3, across.record];
  const rows: Steps = [to.height, 0, toRow, down.record];
  return (frame) => {
    bytes.set(frame, source);
    filter(source, narrow, 3, 0, across.pairs, from.height, fromRow, toRow, 0, ...columns);
    filter(narrow, target, toRow, downAt, down.pairs, ...rows, Math.ceil(toRow / 4), 4, 4, 0);
    return bytes.subarray(target, end);
  };
}

/** A filter for each output, in the format of `resize.wat`. */
interface Filters {
  readonly words: Int32Array;
  /** Bytes of one. */
  readonly record: number;
  /** Number of weights; if an output has fewer, the last are 0. */
  readonly pairs: number;
  /** Bytes that are read beyond the last input, with weight 0. */
  readonly reach: number;
}

/**
 * The weights of PIL's `precompute_coeffs` for its BILINEAR filter, with support 1.
 * @param stride bytes from an input to the next
 */
function triangleFilter(size: number, out: number, stride: number): Filters {
  const scale = size / out;
  const support = Math.max(1, scale);
  const pairs = Math.ceil(support) + 1;
  const words = new Int32Array(out * (1 + 2 * pairs));
  for (let i = 0; i < out; i++) {
    const { first, weights } = tapsOf((i + 0.5) * scale, support, size);
    words.set([first * stride, ...inPairs(weights, pairs)], i * (1 + 2 * pairs));
  }
  return { words, record: 4 * (1 + 2 * pairs), pairs, reach: 2 * pairs * stride + MARGIN };
}

const BITS = 22;

/** The first input, and the 22-bit weights, which add up to one, so that sums stay below 2^31. */
function tapsOf(centre: number, support: number, size: number): { first: number; weights: number[] } {
  const first = Math.max(0, Math.trunc(centre - support + 0.5));
  const count = Math.min(size, Math.trunc(centre + support + 0.5)) - first;
  const shares = Array.from({ length: count }, (_, tap) =>
    Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) * (1 / support))),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return { first, weights: shares.map((share) => Math.trunc(0.5 + (share / total) * (1 << BITS))) };
}

/** For each pair of weights two words: the upper 11 bits of both, and the lower. */
function inPairs(weights: readonly number[], pairs: number): number[] {
  return Array.from({ length: pairs }, (_, i) => {
    const [a = 0, b = 0] = weights.slice(2 * i, 2 * i + 2);
    return [(a >> 11) | ((b >> 11) << 16), (a & 2047) | ((b & 2047) << 16)];
  }).flat();
}
