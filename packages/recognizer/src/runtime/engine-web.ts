/**
 * onnxruntime-web: WebGPU where the machine has it and the network runs on it, else WebAssembly, with threads where the
 * page is cross-origin isolated. Which one it is, and why, stands in `backend`.
 */
import { type KinoraError, kinoraError } from '@kinora/clip';
import { clipBytes, networkInput } from '../inputs/clip.js';
import type { Backend, ModelInfo } from '../types.js';
import { type Engine, oneLine, sessionEngine } from './predictor.js';
import { mostThreads, openWasm, openWebgpu } from './runtime-web.js';

export interface WebOptions {
  readonly backend: 'auto' | 'wasm' | 'webgpu';
  readonly threads: number | undefined;
  /** Folder of onnxruntime's .wasm files, where the bundler does not place them. */
  readonly runtime: string | undefined;
  /** Names the file in errors. */
  readonly where: string;
  readonly groupedConv3d: boolean;
}

/** Opens an ONNX file. Throws `recognizer/model` where onnxruntime refuses it, `recognizer/webgpu` where that was asked for. */
export async function webEngine(file: Uint8Array, options: WebOptions, info: ModelInfo): Promise<Engine> {
  const { backend, where } = options;
  const obstacle = backend === 'wasm' ? 'asked for' : await webgpuObstacle(options);
  if (obstacle === undefined) {
    try {
      return await webgpuEngine(file, options, info);
    } catch (cause) {
      if (backend === 'webgpu') throw noWebgpu(where, oneLine(cause));
      return wasmEngine(file, options, `WebGPU does not run it: ${oneLine(cause)}`);
    }
  }
  if (backend === 'webgpu') throw noWebgpu(where, obstacle);
  return wasmEngine(file, options, obstacle);
}

/** Why WebGPU is out of the question; undefined where it is not. */
async function webgpuObstacle({ groupedConv3d, backend }: WebOptions): Promise<string | undefined> {
  if (openWebgpu === undefined) return 'the single file has WebAssembly only';
  if (groupedConv3d) return 'WebGPU has no grouped 3D convolution, which the network has';
  const { gpu } = navigator as Navigator & { gpu?: { requestAdapter(): Promise<unknown> } };
  if (gpu === undefined) return 'this browser has no WebGPU';
  const adapter = (await gpu.requestAdapter()) as { info?: { isFallbackAdapter?: boolean } } | null;
  if (adapter === null) return 'WebGPU finds no graphics card';
  // Slower than WebAssembly; whoever asks for it gets it.
  const emulated = backend === 'auto' && adapter.info?.isFallbackAdapter === true;
  return emulated ? 'WebGPU would be emulated by the processor' : undefined;
}

/** A first run finds out what only a run can: operators that are listed and do not work. */
async function webgpuEngine(file: Uint8Array, options: WebOptions, { spec }: ModelInfo): Promise<Engine> {
  const runtime = await openWebgpu!();
  if (options.runtime !== undefined) runtime.env.wasm.wasmPaths = options.runtime;
  const session = await runtime.InferenceSession.create(file, { executionProviders: ['webgpu'] });
  const engine = sessionEngine(session, runtime.Tensor, {
    name: 'webgpu',
    threads: 1,
    reason: 'the machine has it',
  });
  const { data, shape } = networkInput(new Uint8Array(clipBytes(spec)), spec);
  await engine.run(data, shape, ['logits']);
  return engine;
}

async function wasmEngine(file: Uint8Array, options: WebOptions, obstacle: string): Promise<Engine> {
  const { runtime, backend } = await openWebAssembly(options, obstacle);
  const session = await runtime.InferenceSession.create(file, { executionProviders: ['wasm'] }).catch(
    (cause: Error) => {
      throw kinoraError('recognizer/model', options.where, 'a network to run', oneLine(cause));
    },
  );
  return sessionEngine(session, runtime.Tensor, backend);
}

/** onnxruntime-web's WebAssembly, with as many threads as the page may have. `reason` says why it is this one. */
export async function openWebAssembly(
  options: Pick<WebOptions, 'threads' | 'runtime'>,
  reason: string,
): Promise<{ runtime: Awaited<ReturnType<typeof openWasm>>; backend: Backend }> {
  const runtime = await openWasm();
  const wanted = options.threads ?? Math.min(4, navigator.hardwareConcurrency);
  const threads = self.crossOriginIsolated ? Math.min(wanted, mostThreads ?? wanted) : 1;
  runtime.env.wasm.numThreads = threads;
  if (options.runtime !== undefined) runtime.env.wasm.wasmPaths = options.runtime;
  const alone = wanted > 1 && threads === 1 && mostThreads !== 1;
  const isolation = 'one thread, because the page is not cross-origin isolated (COOP and COEP headers)';
  return { runtime, backend: { name: 'wasm', threads, reason: alone ? `${reason}; ${isolation}` : reason } };
}

const noWebgpu = (where: string, received: string): KinoraError =>
  kinoraError('recognizer/webgpu', where, 'a network that WebGPU runs', received, {
    hint: "leave backend out, or ask for 'wasm'",
  });
