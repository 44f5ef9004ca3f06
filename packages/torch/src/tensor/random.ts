/** Random numbers: seeds, generators and their states, which a checkpoint saves so that a run resumes exactly. */

import type { Device } from '../engine/device.js';
import { type Handle, native } from '../engine/native.js';
import { oncePerProcess } from '../engine/process-wide.js';
import { type KinoraError, kinoraError } from '../error.js';
import { Tensor } from './tensor.js';

/** Seeds the default generator of every device (torch.manual_seed). */
export function manualSeed(seed: number | bigint): void {
  native().manualSeed(seed);
}

/** The state of a device's default generator as bytes (torch.get_rng_state, torch.cuda.get_rng_state). */
export function getRngState(device: Device = 'cpu'): Uint8Array {
  return stateOf(device);
}

export function setRngState(state: Uint8Array, device: Device = 'cpu'): void {
  restore(device, state);
}

const DISPOSED = -1;
const backstop = new FinalizationRegistry<Handle>((handle) => native().releaseGenerator(handle));

/** A separate generator on the CPU, for draws that must not affect the default one (torch.Generator). */
@oncePerProcess
export class Generator {
  #handle: Handle;

  constructor(seed: number | bigint) {
    this.#handle = native().newGenerator(seed);
    backstop.register(this, this.#handle, this);
  }

  /** @internal */
  get handle(): Handle {
    if (this.#handle === DISPOSED) throw disposedGenerator();
    return this.#handle;
  }
  getState(): Uint8Array {
    return stateOf(this.handle);
  }
  setState(state: Uint8Array): void {
    restore(this.handle, state);
  }
  dispose(): void {
    if (this.#handle === DISPOSED) return;
    native().releaseGenerator(this.#handle);
    backstop.unregister(this);
    this.#handle = DISPOSED;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const disposedGenerator = (): KinoraError =>
  kinoraError(
    'torch/disposed',
    undefined,
    'a generator that has not been disposed',
    'one that has been disposed',
  );

function stateOf(generator: string | Handle): Uint8Array {
  const state = new Tensor(native().generatorState(generator));
  try {
    return state.toBytes();
  } finally {
    state.dispose();
  }
}

function restore(generator: string | Handle, bytes: Uint8Array): void {
  const state = new Tensor(native().fromBytes(bytes, 'uint8', [bytes.length], false));
  try {
    native().setGeneratorState(generator, state.handle);
  } finally {
    state.dispose();
  }
}
