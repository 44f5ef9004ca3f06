/**
 * Draws frames through a 2x3 matrix, once, from the decoded pixels straight into the cropped output.
 * Fixed point, uint8 in and out; what lies outside the source is black.
 */
import { copyWindow } from '../crop.js';
import { type Frames, frameOf } from '../frames.js';
import { warpBilinear } from './bilinear.js';
import { type ColourMatrix, recolour } from './colour.js';
import { fixedPoint, type Matrix } from './matrix.js';

/**
 * `nearest` equals PIL's `Image.transform(AFFINE, NEAREST)` bit for bit (torchvision's RandomAffine by
 * default); `bilinear` follows PIL's BILINEAR to one grey level. A pixel belongs to the source if its centre falls
 * inside the source's rectangle.
 */
export type Interpolation = 'nearest' | 'bilinear';

/** Fills all of `out` with what `matrix` shows of each frame of `source`, then changes its colours, the black ones too. */
export function warp(
  source: Frames,
  out: Frames,
  matrix: Matrix,
  interpolation: Interpolation,
  colours?: ColourMatrix,
): void {
  const copies = isWholeShift(matrix);
  if (interpolation === 'bilinear' && !copies) {
    warpBilinear(source, out, matrix, colours);
    return;
  }
  if (copies) copyWindow(source, out, matrix[2], matrix[5]);
  else for (let t = 0; t < source.count; t++) warpNearest(frameOf(source, t), frameOf(out, t), matrix);
  if (colours !== undefined) recolour(out.data, colours);
}

/** The frame stays upright and moves by whole pixels: an exact copy. */
function isWholeShift([a, b, c, d, e, f]: Matrix): boolean {
  return a === 1 && b === 0 && d === 0 && e === 1 && Number.isInteger(c) && Number.isInteger(f);
}

function warpNearest({ data, height, width }: Frames, out: Frames, matrix: Matrix): void {
  const m = fixedPoint(matrix);
  let write = 0;
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
      const read = (py * width + px) * 3;
      out.data[write] = data[read]!;
      out.data[write + 1] = data[read + 1]!;
      out.data[write + 2] = data[read + 2]!;
    }
  }
}
