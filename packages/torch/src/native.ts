/**
 * The compiled addon as TypeScript sees it, loaded on first use so that code without tensors runs without libtorch.
 * Handles are numbers; what they mean stands in native/handles.h. Nothing outside this package imports this file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { DType } from './dtype.js';
import { KinoraError } from './error.js';

export type Handle = number;

export interface NativeArgument {
  name: string;
  /** The schema's real type: `Tensor`, `Tensor?`, `int[]`, `ScalarType?`, ... */
  type: string;
  /** By name only. */
  named: boolean;
  /** Has a default. */
  optional: boolean;
  default: unknown;
  /** N of `int[N]`. */
  length?: number;
  /** Written to, as `self` of in-place operators and `out`. */
  written: boolean;
}

export interface NativeOperator {
  index: number;
  schema: string;
  arguments: NativeArgument[];
  returns: NativeArgument[];
  /** Which argument comes back as the result (in-place and out= operators), or -1. */
  returnedArgument: number;
}

export interface NativeModule {
  overloads(name: string): string[];
  resolve(name: string, overload: string): NativeOperator | undefined;
  call(index: number, ...args: unknown[]): unknown;

  fromBytes(bytes: ArrayBufferView, dtype: DType, shape: readonly number[]): Handle;
  readBytes(handle: Handle, destination: ArrayBufferView, as: DType): void;
  writeBytes(handle: Handle, source: ArrayBufferView): void;
  item(handle: Handle): number | bigint | boolean;
  shape(handle: Handle): number[];
  strides(handle: Handle): number[];
  dtype(handle: Handle): DType;
  device(handle: Handle): string;
  isContiguous(handle: Handle): boolean;
  storage(handle: Handle): { key: bigint; offset: number; bytes: number };
  release(handle: Handle): void;
  isLive(handle: Handle): boolean;
  statistics(): { liveTensors: number; liveBytes: number };

  backward(
    outputs: Handle[],
    gradients: Handle[],
    retainGraph: boolean,
    createGraph: boolean,
    inputs: Handle[],
  ): void;
  grad(
    outputs: Handle[],
    inputs: Handle[],
    gradients: Handle[],
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  gradient(handle: Handle): Handle | null;
  setGradient(handle: Handle, gradient: Handle | null): void;
  requiresGrad(handle: Handle): boolean;
  setRequiresGrad(handle: Handle, required: boolean): void;
  isLeaf(handle: Handle): boolean;
  setGradEnabled(enabled: boolean): boolean;
  isGradEnabled(): boolean;
  enterInferenceMode(): void;
  leaveInferenceMode(): void;

  manualSeed(seed: number | bigint): void;
  newGenerator(seed: number | bigint): Handle;
  releaseGenerator(handle: Handle): void;
  generatorState(generator: string | Handle): Handle;
  setGeneratorState(generator: string | Handle, state: Handle): void;

  threads(): number;
  setThreads(count: number): void;
  cudaDeviceCount(): number;
  synchronize(device: string): void;
  setDeterministic(enabled: boolean): void;
  description(): { version: string; config: string; parallel: string };
}

let loaded: NativeModule | undefined;

/** The addon; loads libtorch (about half a second) the first time. */
export function native(): NativeModule {
  loaded ??= load();
  return loaded;
}

function load(): NativeModule {
  const addon = builtAddon();
  // Threads that spin while they wait take the cores from the decoding threads; libgomp reads this when it is loaded.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
  let module: NativeModule;
  try {
    module = createRequire(import.meta.url)(addon) as NativeModule;
  } catch (cause) {
    throw new KinoraError({
      code: 'torch/load',
      expected: 'the engine to load',
      where: addon,
      received: String((cause as Error).message).split('\n', 1)[0]!,
      hint: 'libtorch may have moved or changed: run `npx kinora-torch setup`, then `npx kinora doctor`',
      cause,
    });
  }
  module.setThreads(Number(process.env['OMP_NUM_THREADS']) || availableParallelism());
  return module;
}

function builtAddon(): string {
  const record = new URL('../build/current.json', import.meta.url);
  try {
    const { addon } = JSON.parse(readFileSync(record, 'utf8')) as { addon: string };
    return fileURLToPath(new URL(addon, record));
  } catch (cause) {
    throw new KinoraError({
      code: 'torch/not-built',
      expected: 'the engine, which is compiled once on each machine',
      where: fileURLToPath(record),
      received: (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause),
      hint: 'run `npx kinora-torch setup`',
      cause,
    });
  }
}
