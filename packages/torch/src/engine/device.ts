/** The machine behind the tensors: threads, CUDA devices, determinism, and what libtorch says of itself. */
import { kinoraError } from '../error.js';
import { native } from './native.js';
import { processWide } from './process-wide.js';

/**
 * `cpu`, `cuda` (the current GPU) or `cuda:0`, `cuda:1`, ...; any other device that this libtorch was built for is accepted as well.
 */
export type Device = 'cpu' | 'cuda' | `cuda:${number}` | (string & Record<never, never>);

/**
 * Threads that an operator may use on the CPU, OpenBLAS included (torch.set_num_threads, which leaves an OpenBLAS with its own
 * threads alone). Default: all cores, or `OMP_NUM_THREADS`. Sums add up in another order with another number of threads.
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
   * TensorFloat-32 in float32 products and convolutions, and whether cuDNN times its algorithms for each new shape. No effect
   * where there is no CUDA.
   */
  configure: ({ tf32, benchmark }: { tf32: boolean; benchmark: boolean }): void =>
    native().setCuda(tf32, benchmark),
  /** Waits until everything queued on the device is done. */
  synchronize: (device: Device = 'cuda:0'): void => native().synchronize(device),
};

const state = processWide('device', () => ({ deterministic: false }));

/** Only algorithms that give the same bits at each run; operators that have none throw. To be called before CUDA is used. */
export function setDeterministic(enabled: boolean): void {
  // cuBLAS reads it when it starts, and libtorch refuses its products without.
  if (enabled) process.env.CUBLAS_WORKSPACE_CONFIG ??= ':4096:8';
  native().setDeterministic(enabled);
  state.deterministic = enabled;
}

/** @internal */
export const isDeterministic = (): boolean => state.deterministic;

/** libtorch's version, its build configuration (BLAS, CUDA, instruction set) and its threading, as it words them. */
export const engineInfo = (): { version: string; config: string; parallel: string } => native().description();
