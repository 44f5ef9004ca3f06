/**
 * The bilinear warp, in WebAssembly: `bilinear.wat` is its source. It reads and writes memory of its own, one to each
 * thread, that grows to the largest group of frames. Compiled when a frame is first warped; runs in browsers too.
 */
import { type Frames, frameBytes } from '../frames.js';
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
const PAGE = 1 << 16;
/** Where the frames begin; before them stands what bilinear.wat reads word by word. */
const SOURCE = 96;
/** What it may read or write beyond the last pixel of a frame. */
const MARGIN = 16;

interface Warper {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  warp(): void;
}

/** TypeScript declares it with the DOM alone; Node has it as well. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

let made: Warper | undefined;

function warpGroup(source: Frames, out: Frames, matrix: Int32Array, { gain, offset }: Gain): void {
  made ??= compile();
  const bytes = frameBytes(out.height, out.width);
  const stride = bytes + MARGIN;
  const target = SOURCE + source.data.length + MARGIN;
  const memory = roomFor(made.memory, target + source.count * stride);
  const from = [source.count, SOURCE, source.width, source.height];
  new Int32Array(memory.buffer).set([...gain, 0, ...offset, 0, ...matrix, ...from, target, out.width, out.height, stride]); // biome-ignore format: as bilinear.wat reads them
  memory.set(source.data, SOURCE);
  made.warp();
  for (let t = 0, start = target; t < out.count; t++, start += stride)
    out.data.set(memory.subarray(start, start + bytes), t * bytes);
}

function roomFor(memory: Warper['memory'], bytes: number): Uint8Array {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Uint8Array(memory.buffer);
}

function framesFrom(frames: Frames, first: number, count: number): Frames {
  const bytes = frameBytes(frames.height, frames.width);
  return { ...frames, data: frames.data.subarray(first * bytes, (first + count) * bytes), count };
}

function compile(): Warper {
  const bytes = Uint8Array.from(atob(BILINEAR_WASM), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Warper;
}
