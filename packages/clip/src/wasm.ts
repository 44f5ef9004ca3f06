/** WebAssembly modules that stand in the source tree as base64, each with memory of its own. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** TypeScript declares it with the DOM alone; Node has it as well. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const PAGE = 1 << 16;

/** What a module exports, one instance to each thread, made when it is first asked for. */
export function wasmExports<T>(base64: string): () => T {
  let made: T | undefined;
  return () => {
    made ??= instantiate(base64) as T;
    return made;
  };
}

function instantiate(base64: string): unknown {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}

/** All of the memory, grown to `bytes` if it is smaller; until it grows again. */
export function wasmRoom(memory: WasmMemory, bytes: number): Uint8Array {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Uint8Array(memory.buffer);
}
