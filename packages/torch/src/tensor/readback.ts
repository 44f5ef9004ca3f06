/**
 * Tensors on their way from a device to the program, which goes on meanwhile: reading one at once would wait for everything
 * that the device has been told to do.
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

  /** Queues copies of `tensors`, all on `device`, behind what is queued there. They may be disposed of at once. */
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

  /** Waits until they are here, while the event loop goes on. */
  arrival(): Promise<void> {
    return this.#arrived.done();
  }

  /** Gives the copies to `use` and frees them; waits for the device where they are not here yet. To be called once. */
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
