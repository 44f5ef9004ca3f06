/** onnxruntime-web as files beside the worker; in dist/standalone.js, `runtime-embedded.ts` takes its place. */
type Runtime = typeof import('onnxruntime-web');

export const openWasm = (): Promise<Runtime> => import('onnxruntime-web/wasm');
export const openWebgpu: (() => Promise<Runtime>) | undefined = () => import('onnxruntime-web/webgpu');
/** Threads that it can start; undefined: as many as the machine has. */
export const mostThreads: number | undefined = undefined;
