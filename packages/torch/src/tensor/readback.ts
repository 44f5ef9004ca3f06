/**
 * Copies of tensors from a device that arrive later, so that the program need not wait: reading a tensor at once would
 * wait for all work queued on the device.
 */
import { cuda, type Device } from '../engine/device.js';
import { keep, scope } from '../engine/scope.js';
import { noGrad } from './grad.js';
import { StreamEvent } from './stream.js';
import type { Tensor } from './tensor.js';

export class Readback {
  readonly #device: Device;
  readonly #copies: readonly Tensor[];
  readonly #arrived: StreamEvent;

  /** Queues copies of `tensors`, all on `device`, behind the work queued there. The tensors may be disposed of at once. */
  constructor(tensors: readonly Tensor[], device: Device) {
    this.#device = device;
    // To the CPU without waiting: libtorch pins the memory of such a copy.
    this.#copies = noGrad(() =>
      scope(() =>
        tensors.map((tensor) => keep(tensor.detach().to('cpu', { non_blocking: true, copy: true }))),
      ),
    );
    this.#arrived = new StreamEvent(device);
  }

  /** Waits until the copies have arrived, without blocking the event loop. */
  arrival(): Promise<void> {
    return this.#arrived.done();
  }

  /** Passes the copies to `use` and frees them, waiting for the device if necessary. Call it once. */
  take<T>(use: (copies: readonly Tensor[]) => T): T {
    try {
      if (!this.#arrived.isDone) cuda.synchronize(this.#device);
      return use(this.#copies);
    } finally {
      this.dispose();
    }
  }

  /** Frees the copies, read or not. */
  dispose(): void {
    this.#arrived.dispose();
    for (const copy of this.#copies) copy.dispose();
  }
}
