/** onnxruntime-web inside dist/standalone.js: WebAssembly alone, on one thread, because threads load a file of their own. */
type Runtime = typeof import('onnxruntime-web');

/** The .wasm file, compressed by gzip, in base64. */
declare const WASM_GZIP: string;

export async function openWasm(): Promise<Runtime> {
  const runtime = await import('onnxruntime-web/wasm');
  const packed = Uint8Array.from(atob(WASM_GZIP), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  runtime.env.wasm.wasmBinary = await new Response(unpacked).arrayBuffer();
  return runtime;
}
export const openWebgpu: (() => Promise<Runtime>) | undefined = undefined;
export const mostThreads: number | undefined = 1;
