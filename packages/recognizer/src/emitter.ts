/** Listeners by event. One that throws does not keep the others from hearing. */
import type { RecognizerEvents } from './types.js';

type Listener<Name extends keyof RecognizerEvents> = (event: RecognizerEvents[Name]) => void;

export class Emitter {
  readonly #listeners = new Map<keyof RecognizerEvents, Set<(event: never) => void>>();

  on<Name extends keyof RecognizerEvents>(event: Name, listener: Listener<Name>): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own.add(listener));
    return () => own.delete(listener);
  }

  emit<Name extends keyof RecognizerEvents>(name: Name, event: RecognizerEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<Name>[]) {
      try {
        listener(event);
      } catch (error) {
        // As a DOM event would: the error is reported, not swallowed.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
