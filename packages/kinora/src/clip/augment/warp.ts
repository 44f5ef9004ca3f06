/**
 * Draws a frame through a 2x3 matrix, once, from the decoded pixels straight into the cropped output.
 * Fixed point, uint8 in and out; what lies outside the source is black. Runs in browsers too.
 */
import { frameBytes } from '../frames.js';
import { blendMemory } from './blend.js';
import type { Matrix } from './matrix.js';

export interface Image {
  /** uint8 RGB `[H, W, 3]`, starting at `offset`. */
  readonly data: Uint8Array;
  readonly offset: number;
  readonly height: number;
  readonly width: number;
}

/**
 * `nearest` equals PIL's `Image.transform(AFFINE, NEAREST)` bit for bit (torchvision's RandomAffine by
 * default); `bilinear` follows PIL's BILINEAR to one grey level. A pixel belongs to the source if its centre falls
 * inside the source's rectangle.
 */
export type Interpolation = 'nearest' | 'bilinear';

/** Fills `out` (all of it) with what `matrix` shows of `source`. */
export function warp(source: Image, out: Image, matrix: Matrix, interpolation: Interpolation): void {
  if (isWholeShift(matrix)) copyShifted(source, out, matrix[2], matrix[5]);
  else if (interpolation === 'nearest') warpNearest(source, out, matrix);
  else warpBilinear(source, out, matrix);
}

/** The frame stays upright and moves by whole pixels: an exact copy. */
function isWholeShift([a, b, c, d, e, f]: Matrix): boolean {
  return a === 1 && b === 0 && d === 0 && e === 1 && Number.isInteger(c) && Number.isInteger(f);
}

function copyShifted(source: Image, out: Image, left: number, top: number): void {
  const from = Math.max(0, -left);
  const to = Math.min(out.width, source.width - left);
  for (let y = 0; y < out.height; y++) {
    const start = out.offset + y * out.width * 3;
    const row = y + top;
    if (row < 0 || row >= source.height || from >= to) {
      out.data.fill(0, start, start + out.width * 3);
      continue;
    }
    const first = source.offset + (row * source.width + left + from) * 3;
    out.data.fill(0, start, start + from * 3);
    out.data.set(source.data.subarray(first, first + (to - from) * 3), start + from * 3);
    out.data.fill(0, start + to * 3, start + out.width * 3);
  }
}

const ONE = 1 << 16;
const HALF = 1 << 15;

/** The matrix in 16.16 fixed point, at the centre of the first output pixel, rounded as PIL rounds. */
function fixed([a, b, c, d, e, f]: Matrix): Int32Array {
  const point = (value: number): number => Math.floor(value * ONE + 0.5);
  return Int32Array.of(
    point(a),
    point(b),
    point(c + a * 0.5 + b * 0.5),
    point(d),
    point(e),
    point(f + d * 0.5 + e * 0.5),
  );
}

function warpNearest(source: Image, out: Image, matrix: Matrix): void {
  const m = fixed(matrix);
  const { width, height, data, offset } = source;
  let write = out.offset;
  for (let y = 0; y < out.height; y++) {
    let sx = m[2]! + y * m[1]!;
    let sy = m[5]! + y * m[4]!;
    for (let x = 0; x < out.width; x++, write += 3, sx += m[0]!, sy += m[3]!) {
      const px = sx >> 16;
      const py = sy >> 16;
      if (px < 0 || px >= width || py < 0 || py >= height) {
        out.data[write] = out.data[write + 1] = out.data[write + 2] = 0;
        continue;
      }
      const read = offset + (py * width + px) * 3;
      out.data[write] = data[read]!;
      out.data[write + 1] = data[read + 1]!;
      out.data[write + 2] = data[read + 2]!;
    }
  }
}

/**
 * Row by row, in memory of its own: where all four neighbours lie in the source no test is needed, which is nearly
 * everywhere. `first` and `end` of that stretch are found from the line's ends instead.
 */
function warpBilinear(source: Image, out: Image, matrix: Matrix): void {
  const m = fixed(matrix);
  const bytes = frameBytes(out.height, out.width);
  const { data, target, blend } = blendMemory(pixelsOf(source), bytes);
  for (let y = 0, row = target; y < out.height; y++, row += out.width * 3) {
    const sx = m[2]! + y * m[1]!;
    const sy = m[5]! + y * m[4]!;
    const [first, end] = inside(
      stretch(sx, m[0]!, HALF, (source.width - 1) * ONE + HALF, out.width),
      stretch(sy, m[3]!, HALF, (source.height - 1) * ONE + HALF, out.width),
    );
    const left = sx - HALF + first * m[0]!;
    const above = sy - HALF + first * m[3]!;
    blend(0, source.width * 3, row + first * 3, left, above, m[0]!, m[3]!, end - first);
    blendBorder(source, data, row, sx, sy, m[0]!, m[3]!, 0, first);
    blendBorder(source, data, row, sx, sy, m[0]!, m[3]!, end, out.width);
  }
  out.data.set(data.subarray(target, target + bytes), out.offset);
}

function pixelsOf({ data, offset, height, width }: Image): Uint8Array {
  return data.subarray(offset, offset + frameBytes(height, width));
}

/** The steps `[first, end)` of `[0, count)` at which `start + step * i` lies in `[low, high)`. */
function stretch(start: number, step: number, low: number, high: number, count: number): [number, number] {
  if (step === 0) return start >= low && start < high ? [0, count] : [0, 0];
  const enter = step > 0 ? Math.ceil((low - start) / step) : Math.floor((high - start) / step) + 1;
  const leave = step > 0 ? Math.ceil((high - start) / step) : Math.floor((low - start) / step) + 1;
  const first = Math.max(0, Math.min(count, enter));
  return [first, Math.max(first, Math.min(count, leave))];
}

function inside(a: [number, number], b: [number, number]): [number, number] {
  const first = Math.max(a[0], b[0]);
  return [first, Math.max(first, Math.min(a[1], b[1]))];
}

/**
 * Near the source's border: neighbours are clamped to the source, and what has its own centre outside is black.
 * Weights have 11 bits a side, so that sums stay below 2^31.
 */
function blendBorder(
  { data, offset, width, height }: Image,
  target: Uint8Array,
  row: number,
  sx: number,
  sy: number,
  stepX: number,
  stepY: number,
  first: number,
  end: number,
): void {
  for (let i = first; i < end; i++) {
    const x = sx + i * stepX;
    const y = sy + i * stepY;
    const write = row + i * 3;
    if (x < 0 || x >= width * ONE || y < 0 || y >= height * ONE) {
      target[write] = target[write + 1] = target[write + 2] = 0;
      continue;
    }
    const wx = ((x - HALF) >> 5) & 2047;
    const wy = ((y - HALF) >> 5) & 2047;
    const left = Math.max(0, (x - HALF) >> 16) * 3;
    const right = Math.min(width - 1, ((x - HALF) >> 16) + 1) * 3;
    const above = offset + Math.max(0, (y - HALF) >> 16) * width * 3;
    const below = offset + Math.min(height - 1, ((y - HALF) >> 16) + 1) * width * 3;
    const w11 = wx * wy;
    const w10 = (wx << 11) - w11;
    const w01 = (wy << 11) - w11;
    const w00 = (1 << 22) - w10 - w01 - w11;
    for (let c = 0; c < 3; c++) {
      const [p00, p10] = [data[above + left + c]!, data[above + right + c]!];
      const [p01, p11] = [data[below + left + c]!, data[below + right + c]!];
      target[write + c] = mix(p00, p10, p01, p11, w00, w10, w01, w11);
    }
  }
}

function mix(
  p00: number,
  p10: number,
  p01: number,
  p11: number,
  w00: number,
  w10: number,
  w01: number,
  w11: number,
): number {
  const left = Math.imul(p00, w00) + Math.imul(p01, w01);
  const right = Math.imul(p10, w10) + Math.imul(p11, w11);
  return (left + right + (1 << 21)) >> 22;
}
