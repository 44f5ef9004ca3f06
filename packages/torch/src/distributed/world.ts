/** All ranks, once they have joined: their process groups, and the exchange of small values between them. */

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
  #exchanges = 0;

  /** @internal Made by `Rendezvous.join`. */
  constructor(
    readonly place: Place,
    /** Carries gradients: Gloo for CPUs, NCCL for GPUs. */
    readonly group: ProcessGroup,
    /** Carries small values between CPUs, on any device. */
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

  /** Sums each number over all ranks, in float64; bit-identical on every rank. */
  sum(values: readonly number[]): number[] {
    return scope(() => {
      const sums = fromTypedArray(Float64Array.from(values), [values.length]);
      this.control.allReduce(sums).wait();
      return Array.from(sums.toTypedArray() as Float64Array);
    });
  }

  /** Sends rank 0's text to every rank. */
  async fromLead(text: string): Promise<string> {
    const key = `exchange/${this.#exchanges++}`;
    if (this.rank === 0) this.#store.set(key, text);
    await this.#need([key]);
    return this.#store.get(key);
  }

  /** Collects the texts of all ranks on rank 0, in rank order; returns an empty array on the others. */
  async toLead(text: string): Promise<string[]> {
    const key = `exchange/${this.#exchanges++}`;
    this.#store.set(`${key}/${this.rank}`, text);
    if (this.rank !== 0) return [];
    const keys = Array.from({ length: this.size }, (_, rank) => `${key}/${rank}`);
    await this.#need(keys);
    const texts = keys.map((each) => this.#store.get(each));
    for (const each of keys) this.#store.delete(each);
    return texts;
  }

  /** Has no timeout: the heartbeat detects ranks that will never arrive. */
  async #need(keys: readonly string[]): Promise<void> {
    await this.#store.wait(keys, Number.POSITIVE_INFINITY);
  }

  /** Waits until all ranks are ready to leave. Rank 0 leaves last, because the others still use its store. */
  async leave(): Promise<void> {
    await this.control.barrier().done();
    this.#heartbeat.stop();
    await this.#store.gather('left', this, LEAVE_MS);
  }
}
