/** A collective in flight. Its tensors may be used again when it is done. */

import type { Handle } from '../engine/native.js';
import { KinoraError } from '../error.js';
import { c10d } from './features.js';

/** What a collective is, for its errors: `all_reduce on rank 1 of 2`. */
export type WorkName = string;

export class Work<T = void> {
  readonly #handle: Handle;
  readonly #name: WorkName;
  readonly #result: T;
  #released = false;

  /** @internal */
  constructor(handle: Handle, name: WorkName, result: T) {
    this.#handle = handle;
    this.#name = name;
    this.#result = result;
  }

  get isDone(): boolean {
    return this.#released || c10d().isWorkDone(this.#handle);
  }

  /**
   * Blocks until it is done (on CUDA: until later operators on the tensors are ordered after it), as steps of training
   * do. @throws KinoraError `distributed/collective`
   */
  wait(): T {
    if (this.#released) return this.#result;
    try {
      c10d().waitWork(this.#handle);
    } catch (cause) {
      throw collectiveFailed(this.#name, cause);
    } finally {
      this.#release();
    }
    return this.#result;
  }

  /** The same for the event loop, which goes on meanwhile. @throws KinoraError `distributed/collective` */
  async done(): Promise<T> {
    if (this.#released) return this.#result;
    try {
      await c10d().promiseOfWork(this.#handle);
    } catch (cause) {
      throw collectiveFailed(this.#name, cause);
    } finally {
      this.#release();
    }
    return this.#result;
  }

  #release(): void {
    if (!this.#released) c10d().releaseWork(this.#handle);
    this.#released = true;
  }
}

/** Gloo's errors begin with the place in its source. */
const SOURCE = /^.*?\[?\S*\/gloo\/\S+:\d+\]\s*/;

export function collectiveFailed(where: WorkName, cause: unknown): KinoraError {
  const { received } = (cause as Partial<KinoraError>).parts ?? {};
  const text = received ?? String((cause as Error).message);
  return new KinoraError({
    code: 'distributed/collective',
    where,
    expected: 'every rank to take part',
    received: text.split('\n', 1)[0]!.replace(SOURCE, ''),
    cause,
  });
}
