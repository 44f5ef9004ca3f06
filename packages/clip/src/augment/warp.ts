/**
 * Draws frames through a 2x3 matrix, once, from the decoded pixels straight into the cropped output.
 * Fixed point, uint8 in and out; what lies outside the source is black.
 */
import { copyWindow } from '../crop.js';
import { type Frames, frameBytes, frameOf } from '../frames.js';
import { type WasmMemory, wasmExports, wasmRoom } from '../wasm.js';
import { BILINEAR_WASM } from './bilinear.generated.js';
import { type ColourMatrix, type Gain, gainOf, noGain, recolour } from './colour.js';
import { fixedPoint, type Matrix } from './matrix.js';

/**
 * `nearest` equals PIL's `Image.transform(AFFINE, NEAREST)` bit for bit (torchvision's RandomAffine by
 * default); `bilinear` follows PIL's BILINEAR to one grey level. A pixel belongs to the source if its centre falls
 * inside the source's rectangle.
 */
export type Interpolation = 'nearest' | 'bilinear';

/**
 * Fills all of `out` with each frame of `source` seen through `matrix`, then changes its colours, including black
 * borders.
 */
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

/** For shifts by whole pixels: an exact copy. */
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

/**
 * In WebAssembly; `bilinear.wat` is its source. Each thread has its own memory, which grows to the largest group of
 * frames. Compiled when a frame is first warped.
 */
function warpBilinear(source: Frames, out: Frames, matrix: Matrix, colours: ColourMatrix | undefined): void {
  const gain = colours === undefined ? noGain : gainOf(colours);
  const m = fixedPoint(matrix);
  for (let t = 0; t < source.count; t += GROUP) {
    const count = Math.min(GROUP, source.count - t);
    warpGroup(framesFrom(source, t, count), framesFrom(out, t, count), m, gain ?? noGain);
  }
  if (colours !== undefined && gain === undefined) recolour(out.data, colours);
}

/** Frames that are drawn together, because source positions are the same for all. */
const GROUP = 16;
/** Position of the frames; before them are the parameters of bilinear.wat. */
const SOURCE = 96;
/** Bytes that it may read or write beyond the last pixel of a frame. */
const MARGIN = 16;

const warper = wasmExports<{ readonly memory: WasmMemory; warp(): void }>(BILINEAR_WASM);

function warpGroup(source: Frames, out: Frames, matrix: Int32Array, { gain, offset }: Gain): void {
  const { memory: owned, warp } = warper();
  const bytes = frameBytes(out.height, out.width);
  const stride = bytes + MARGIN;
  const target = SOURCE + source.data.length + MARGIN;
  const memory = wasmRoom(owned, target + source.count * stride);
  const from = [source.count, SOURCE, source.width, source.height];
  new Int32Array(memory.buffer).set([...gain, 0, ...offset, 0, ...matrix, ...from, target, out.width, out.height, stride]); // biome-ignore format: as bilinear.wat reads them
  memory.set(source.data, SOURCE);
  warp();
  for (let t = 0, start = target; t < out.count; t++, start += stride)
    out.data.set(memory.subarray(start, start + bytes), t * bytes);
}

function framesFrom(frames: Frames, first: number, count: number): Frames {
  const bytes = frameBytes(frames.height, frames.width);
  return { ...frames, data: frames.data.subarray(first * bytes, (first + count) * bytes), count };
}
