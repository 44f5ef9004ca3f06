/**
 * Streams (torch.cuda.Stream): queues of work on a device. Work on different streams overlaps, so that data can be
 * copied while the device computes. A CPU has no queue: there, all work is done immediately.
 */
import { setTimeout } from 'node:timers/promises';
import type { Device } from '../engine/device.js';
import { type Handle, native } from '../engine/native.js';
import { synchronous } from '../engine/scope.js';
import type { Tensor } from './tensor.js';

/** A second queue, beside the one that computes. It belongs to libtorch's pool, so there is nothing to dispose of. */
export class Stream {
  readonly device: Device;
  readonly #id: number;

  constructor(device: Device) {
    this.device = device;
    this.#id = native().newStream(device);
  }

  /**
   * Creates tensors on this stream for use on the current one. Work queued on the current stream from now on waits for
   * them, and their memory is not reused before that work is done.
   * @throws KinoraError `torch/async` if `make` returns a Promise
   */
  handOver<T extends readonly (Tensor | undefined)[]>(make: () => T): T {
    const made = this.#run(make);
    native().followStream(this.device, this.#id);
    for (const tensor of made) if (tensor) native().recordStream(tensor.handle);
    return made;
  }

  #run<T>(work: () => T): T {
    const before = native().exchangeStream(this.device, this.#id);
    try {
      return synchronous('handOver()', work());
    } finally {
      native().exchangeStream(this.device, before);
    }
  }
}

/** Interval at which the event loop polls a device: far below the time of a step, far above the cost of polling. */
const POLL_MS = 1;

const backstop = new FinalizationRegistry<Handle>((handle) => native().releaseEvent(handle));

/** A marker in the queue of a device's current stream (torch.cuda.Event), behind all work queued so far. */
export class StreamEvent {
  readonly #handle: Handle;
  #done = false;

  constructor(device: Device) {
    this.#handle = native().recordEvent(device);
    backstop.register(this, this.#handle, this);
  }

  /** Whether the device has reached it. */
  get isDone(): boolean {
    if (!this.#done && native().isEventDone(this.#handle)) this.dispose();
    return this.#done;
  }

  /** Waits until the device has reached it, without blocking the event loop. */
  async done(): Promise<void> {
    while (!this.isDone) await setTimeout(POLL_MS);
  }

  /** Drops the marker; from now on it counts as reached. */
  dispose(): void {
    if (this.#done) return;
    this.#done = true;
    native().releaseEvent(this.#handle);
    backstop.unregister(this);
  }
}
