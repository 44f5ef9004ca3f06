/**
 * The bilinear warp, in WebAssembly: `bilinear.wat` is its source. It reads and writes memory of its own, one to each
 * thread, that grows to the largest group of frames. Compiled when a frame is first warped.
 */
import { type Frames, frameBytes } from '../frames.js';
import { type WasmMemory, wasmExports, wasmRoom } from '../wasm.js';
import { BILINEAR_WASM } from './bilinear.generated.js';
import { type ColourMatrix, type Gain, gainOf, noGain, recolour } from './colour.js';
import { fixedPoint, type Matrix } from './matrix.js';

/** Fills `out` with what `matrix` shows of each frame of `source`, colours changed, black beyond its borders. */
export function warpBilinear(
  source: Frames,
  out: Frames,
  matrix: Matrix,
  colours: ColourMatrix | undefined,
): void {
  const gain = colours === undefined ? noGain : gainOf(colours);
  const m = fixedPoint(matrix);
  for (let t = 0; t < source.count; t += GROUP) {
    const count = Math.min(GROUP, source.count - t);
    warpGroup(framesFrom(source, t, count), framesFrom(out, t, count), m, gain ?? noGain);
  }
  if (colours !== undefined && gain === undefined) recolour(out.data, colours);
}

/** Frames that are drawn together: where a pixel comes from is found once for all of them. */
const GROUP = 16;
/** Where the frames begin; before them stands what bilinear.wat reads word by word. */
const SOURCE = 96;
/** What it may read or write beyond the last pixel of a frame. */
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
