/**
 * The inner loop of the bilinear warp, in WebAssembly: `blend.wat` is its source, four channels at a time, three times as
 * fast as the same loop in JavaScript and equal to it bit for bit. It reads and writes memory of its own, one to
 * each thread, that grows to the largest frame. Compiled when a frame is first warped; runs in browsers too.
 */
import { BLEND_WASM } from './blend.generated.js';

/**
 * Blends `count` pixels into RGB at `target`, from the RGB rows at `source` of `rowBytes` each. `x` and `y` are the upper
 * left neighbour of the first and their steps from pixel to pixel, 16.16 fixed point; all neighbours lie in the
 * source. Writes one byte beyond the last pixel.
 */
export type Blend = (
  source: number,
  rowBytes: number,
  target: number,
  x: number,
  y: number,
  stepX: number,
  stepY: number,
  count: number,
) => void;

export interface BlendMemory {
  /** All of the memory; until the next call of `blendMemory`. */
  readonly data: Uint8Array;
  /** Where the caller's bytes begin. The source begins at 0. */
  readonly target: number;
  readonly blend: Blend;
}

interface Blender {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly blend: Blend;
}

/** TypeScript declares it with the DOM alone; Node has it as well. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const PAGE = 1 << 16;
/** What `blend` may read or write beyond the last pixel. */
const MARGIN = 16;

let made: Blender | undefined;
let data = new Uint8Array();

/** Memory that holds a copy of `source`, one frame, and `bytes` for the caller to fill. */
export function blendMemory(source: Uint8Array, bytes: number): BlendMemory {
  made ??= compile();
  const target = source.length + MARGIN;
  const missing = target + bytes + MARGIN - made.memory.buffer.byteLength;
  if (missing > 0) made.memory.grow(Math.ceil(missing / PAGE));
  if (data.buffer !== made.memory.buffer) data = new Uint8Array(made.memory.buffer);
  data.set(source);
  return { data, target, blend: made.blend };
}

function compile(): Blender {
  const bytes = Uint8Array.from(atob(BLEND_WASM), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Blender;
}
