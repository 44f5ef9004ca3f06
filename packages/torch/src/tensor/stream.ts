/**
 * Streams (torch.cuda.Stream): queues of work on a device. Work on one goes on beside work on another, so that data can travel
 * while the device computes. A CPU has nothing to queue: there all of this is done when it is called.
 */
import { setTimeout } from 'node:timers/promises';
import type { Device } from '../engine/device.js';
import { type Handle, native } from '../engine/native.js';
import { synchronous } from '../engine/scope.js';
import type { Tensor } from './tensor.js';

/** A queue beside the one that computes. It belongs to libtorch's pool, so that there is nothing to dispose of. */
export class Stream {
  readonly device: Device;
  readonly #id: number;

  constructor(device: Device) {
    this.device = device;
    this.#id = native().newStream(device);
  }

  /**
   * Makes tensors on this stream for use on the current one: what is queued there from now on waits for them, and when they
   * are freed their memory stays theirs until it is done.
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

/** How often the event loop looks whether a device is done: far below a step, far above the cost of looking. */
const POLL_MS = 1;

const backstop = new FinalizationRegistry<Handle>((handle) => native().releaseEvent(handle));

/** A place in the queue of a device's current stream (torch.cuda.Event): the end of what it holds when this is made. */
export class StreamEvent {
  readonly #handle: Handle;
  #done = false;

  constructor(device: Device) {
    this.#handle = native().recordEvent(device);
    backstop.register(this, this.#handle, this);
  }

  /** Whether the device has come there. */
  get isDone(): boolean {
    if (!this.#done && native().isEventDone(this.#handle)) this.dispose();
    return this.#done;
  }

  /** Waits until it has, while the event loop goes on. */
  async done(): Promise<void> {
    while (!this.isDone) await setTimeout(POLL_MS);
  }

  /** Forgets the place: from now on it counts as reached. */
  dispose(): void {
    if (this.#done) return;
    this.#done = true;
    native().releaseEvent(this.#handle);
    backstop.unregister(this);
  }
}
