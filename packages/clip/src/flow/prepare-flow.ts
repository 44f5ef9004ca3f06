/**
 * Applies a clip's crop and augmentation to its flow fields: vectors are moved by the same matrix as the pixels, and
 * rotated, scaled and mirrored with them. Colour changes do not affect them.
 */
import { type ClipDraw, clipMatrix, noDraw } from '../augment/augment.js';
import { compose, identity, type Matrix } from '../augment/matrix.js';
import type { Size } from '../frames.js';
import { type FlowFields, fieldAt, fieldBytes, STILL, steps } from './fields.js';

const still: ClipDraw = { flip: false, frames: [noDraw], perFrame: false };

/**
 * Writes the fields within the network's crop into `out`, `[K, crop.height, crop.width, 2]`. `places` gives the frame
 * of the clip that each field belongs to, for draws that differ between frames; `view` is how pixels moved within the
 * crop afterwards, as an output-to-source matrix.
 */
export function prepareFlow(
  fields: FlowFields,
  crop: Size,
  places: ArrayLike<number>,
  out: Uint8Array = new Uint8Array(fieldBytes(crop, fields.count)),
  draw: ClipDraw = still,
  view: Matrix = identity,
): Uint8Array {
  const target = { data: out, count: fields.count, ...crop };
  for (let i = 0; i < fields.count; i++) {
    const change = draw.frames[draw.perFrame ? places[i]! : 0]!;
    const matrix = clipMatrix(change, draw.flip, fields, crop, draw.perFrame);
    warpField(fieldAt(fields, i), fields, fieldAt(target, i), crop, matrix, view);
  }
  return out;
}

/** Bilinear; no motion outside the source, or outside the crop before `view`. A pixel is inside if its centre is. */
function warpField(
  source: Uint8Array,
  size: Size,
  out: Uint8Array,
  crop: Size,
  matrix: Matrix,
  view: Matrix,
): void {
  const whole = compose(matrix, view);
  const vectors = vectorMatrix(whole);
  for (let y = 0, write = 0; y < crop.height; y++) {
    for (let x = 0; x < crop.width; x++, write += 2) {
      const [sx, sy] = apply(whole, x + 0.5, y + 0.5);
      const seen =
        isInside(size, sx, sy) && (view === identity || isInside(crop, ...apply(view, x + 0.5, y + 0.5)));
      if (seen) sample(source, size, sx - 0.5, sy - 0.5, vectors, out, write);
      else out[write] = out[write + 1] = STILL;
    }
  }
}

function apply([a, b, c, d, e, f]: Matrix, x: number, y: number): [x: number, y: number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

const isInside = ({ height, width }: Size, x: number, y: number): boolean =>
  x >= 0 && x < width && y >= 0 && y < height;

/** `[a, b, d, e]`, row by row: what the matrix from output to source does to vectors, from source to output. */
type VectorMatrix = readonly [a: number, b: number, d: number, e: number];

/** A point p that moves by v is seen at M^-1 p and moves there by A^-1 v, where A is the linear part of M. */
export function vectorMatrix([a, b, , d, e]: Matrix): VectorMatrix {
  const determinant = a * e - b * d;
  return [e / determinant, -b / determinant, -d / determinant, a / determinant];
}

/** The vector at a point between the centres of four pixels; beyond the outermost centres, the nearest one. */
function sample(
  source: Uint8Array,
  { height, width }: Size,
  x: number,
  y: number,
  [a, b, d, e]: VectorMatrix,
  out: Uint8Array,
  write: number,
): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const wx = x - left;
  const wy = y - top;
  const x0 = Math.max(0, left) * 2;
  const x1 = Math.min(width - 1, left + 1) * 2;
  const row0 = Math.max(0, top) * width * 2;
  const row1 = Math.min(height - 1, top + 1) * width * 2;
  const w00 = (1 - wx) * (1 - wy);
  const w01 = wx * (1 - wy);
  const w10 = (1 - wx) * wy;
  const w11 = wx * wy;
  const [p, q, r, s] = [row0 + x0, row0 + x1, row1 + x0, row1 + x1];
  const u = w00 * source[p]! + w01 * source[q]! + w10 * source[r]! + w11 * source[s]! - STILL;
  const v = w00 * source[p + 1]! + w01 * source[q + 1]! + w10 * source[r + 1]! + w11 * source[s + 1]! - STILL;
  out[write] = steps(a * u + b * v);
  out[write + 1] = steps(d * u + e * v);
}
