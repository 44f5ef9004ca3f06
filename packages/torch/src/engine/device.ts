/** The machine: threads, CUDA devices, determinism, and libtorch's own description. */
import { kinoraError } from '../error.js';
import { native } from './native.js';
import { processWide } from './process-wide.js';

/**
 * `cpu`, `cuda` (the current GPU) or `cuda:0`, `cuda:1`, ..., or any other device that this libtorch was built for.
 */
export type Device = 'cpu' | 'cuda' | `cuda:${number}` | (string & Record<never, never>);

/**
 * Number of threads that an operator may use on the CPU, also in OpenBLAS (torch.set_num_threads does not change an
 * OpenBLAS that has its own threads). Default: all cores, or `OMP_NUM_THREADS`. The number of threads changes the order
 * of summation, and with it the rounding.
 */
export const threads = {
  get: (): number => native().threads(),
  set(count: number): void {
    if (!Number.isInteger(count) || count < 1)
      throw kinoraError('torch/threads', 'threads.set', 'a whole number of at least 1', String(count));
    native().setThreads(count, true);
  },
};

export const cuda = {
  isAvailable: (): boolean => cuda.deviceCount() > 0,
  deviceCount: (): number => native().cudaDeviceCount(),
  /**
   * TensorFloat-32 in float32 products and convolutions, and whether cuDNN times its algorithms for each new shape. No
   * effect without CUDA.
   */
  configure: ({ tf32, benchmark }: { tf32: boolean; benchmark: boolean }): void =>
    native().setCuda(tf32, benchmark),
  /** Waits until all work queued on the device is done. */
  synchronize: (device: Device = 'cuda:0'): void => native().synchronize(device),
};

const state = processWide('device', () => ({ deterministic: false }));

/**
 * Uses only algorithms whose results are bit-identical in every run; operators without one throw. Call it before using
 * CUDA.
 */
export function setDeterministic(enabled: boolean): void {
  // cuBLAS reads it when it starts; libtorch rejects cuBLAS products without it.
  if (enabled) process.env.CUBLAS_WORKSPACE_CONFIG ??= ':4096:8';
  native().setDeterministic(enabled);
  state.deterministic = enabled;
}

/** @internal */
export const isDeterministic = (): boolean => state.deterministic;

/** libtorch's version, build configuration (BLAS, CUDA, instruction set) and threading, in its own words. */
export const engineInfo = (): { version: string; config: string; parallel: string } => native().description();
