/** The ranks that train together, once all have come: their process groups, and small things that they tell each other. */

import { scope } from '../engine/scope.js';
import { fromTypedArray } from '../ops/create.js';
import type { Place } from './environment.js';
import type { ProcessGroup } from './group.js';
import type { Heartbeat } from './heartbeat.js';
import type { Store } from './store.js';

const LEAVE_MS = 10_000;

export class World {
  readonly #store: Store;
  readonly #heartbeat: Heartbeat;
  #told = 0;

  /** @internal: of a Rendezvous. */
  constructor(
    readonly place: Place,
    /** Carries gradients: Gloo for CPUs, NCCL for GPUs. */
    readonly group: ProcessGroup,
    /** Carries small facts between CPUs, whatever the device. */
    readonly control: ProcessGroup,
    store: Store,
    heartbeat: Heartbeat,
  ) {
    this.#store = store;
    this.#heartbeat = heartbeat;
  }

  get rank(): number {
    return this.place.rank;
  }
  get size(): number {
    return this.place.worldSize;
  }

  /** Sums of each number over all ranks, in float64, with the same bits on every rank. */
  sum(values: readonly number[]): number[] {
    return scope(() => {
      const sums = fromTypedArray(Float64Array.from(values), [values.length]);
      this.control.allReduce(sums).wait();
      return Array.from(sums.toTypedArray() as Float64Array);
    });
  }

  /** The text of rank 0, on every rank. */
  async fromLead(text: string): Promise<string> {
    const key = `told/${this.#told++}`;
    if (this.rank === 0) this.#store.set(key, text);
    await this.#need([key]);
    return this.#store.get(key);
  }

  /** The texts of all ranks, in their order, on rank 0; nothing on the others. */
  async toLead(text: string): Promise<string[]> {
    const key = `told/${this.#told++}`;
    this.#store.set(`${key}/${this.rank}`, text);
    if (this.rank !== 0) return [];
    const keys = Array.from({ length: this.size }, (_, rank) => `${key}/${rank}`);
    await this.#need(keys);
    const texts = keys.map((each) => this.#store.get(each));
    for (const each of keys) this.#store.delete(each);
    return texts;
  }

  /** Without an end of its own: a rank that does not come any more is the heartbeat's business. */
  async #need(keys: readonly string[]): Promise<void> {
    await this.#store.wait(keys, Number.POSITIVE_INFINITY);
  }

  /** Ends it together: waits until all have come so far. Rank 0 goes last: it keeps the store that others still talk to. */
  async leave(): Promise<void> {
    await this.control.barrier().done();
    this.#heartbeat.stop();
    await this.#store.gather('left', this, LEAVE_MS);
  }
}
