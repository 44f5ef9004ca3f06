/** WebAssembly modules that are stored as base64 in the source tree, each with its own memory. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** TypeScript declares it only with the DOM; Node has it too. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const PAGE = 1 << 16;

/** The exports of a module: one instance per thread, created on first use. */
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

/** The whole memory, grown to at least `bytes`; valid until it grows again. */
export function wasmRoom(memory: WasmMemory, bytes: number): Uint8Array {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Uint8Array(memory.buffer);
}
