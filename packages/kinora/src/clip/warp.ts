/**
 * Draws a frame through a 2x3 matrix, once, from the decoded pixels straight into the cropped output.
 * Fixed point, uint8 in and out; what lies outside the source is black. Runs in browsers too.
 */
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

/** Weights have 11 bits a side, so that sums stay below 2^31. The four neighbours are clamped to the source at its border. */
function warpBilinear(source: Image, out: Image, matrix: Matrix): void {
  const m = fixed(matrix);
  const stepX = m[0]!;
  const stepY = m[3]!;
  const { width, height, data, offset } = source;
  const target = out.data;
  const rowBytes = width * 3;
  const right = width * ONE;
  const bottom = height * ONE;
  let write = out.offset;
  for (let y = 0; y < out.height; y++) {
    let sx = m[2]! + y * m[1]!;
    let sy = m[5]! + y * m[4]!;
    for (let x = 0; x < out.width; x++, write += 3, sx += stepX, sy += stepY) {
      if (sx < 0 || sx >= right || sy < 0 || sy >= bottom) {
        target[write] = target[write + 1] = target[write + 2] = 0;
        continue;
      }
      const px = (sx - HALF) >> 16;
      const py = (sy - HALF) >> 16;
      const wx = ((sx - HALF) >> 5) & 2047;
      const wy = ((sy - HALF) >> 5) & 2047;
      const x0 = Math.max(0, px);
      const y0 = Math.max(0, py);
      const above = offset + y0 * rowBytes + x0 * 3;
      const next = px < 0 || px + 1 >= width ? 0 : 3;
      const below = py < 0 || py + 1 >= height ? above : above + rowBytes;
      const w11 = wx * wy;
      const w10 = (wx << 11) - w11;
      const w01 = (wy << 11) - w11;
      const w00 = (1 << 22) - w10 - w01 - w11;
      for (let channel = 0; channel < 3; channel++) {
        const p = above + channel;
        const q = below + channel;
        const sum = data[p]! * w00 + data[p + next]! * w10 + data[q]! * w01 + data[q + next]! * w11;
        target[write + channel] = (sum + (1 << 21)) >> 22;
      }
    }
  }
}
