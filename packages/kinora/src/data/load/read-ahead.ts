/**
 * Produces numbered items ahead of their use, each in a slot of a bounded ring of memory, and yields them in order.
 * Independent of clips and threads.
 */

export interface Ahead<T> {
  readonly value: T;
  /** Frees the slot before the next item is requested. */
  release(): void;
}

/**
 * Yields `make(from)` to `make(to - 1)`, skipping undefined results. As many are in progress as there are free slots.
 * If the loop is left early or fails, it calls `cancel` and waits until nothing writes to a slot any more.
 */
export async function* readAhead<T extends object>(
  slots: readonly Uint8Array[],
  from: number,
  to: number,
  make: (number: number, slot: Uint8Array) => Promise<T | undefined>,
  cancel: () => void,
): AsyncGenerator<Ahead<T>, void, void> {
  const free = [...slots];
  const underway: { made: Promise<T | undefined>; slot: Uint8Array }[] = [];
  let next = from;
  const fill = (): void => {
    while (free.length > 0 && next < to) {
      const slot = free.pop()!;
      const made = make(next++, slot);
      made.catch(() => undefined); // it is awaited later, or dropped
      underway.push({ made, slot });
    }
  };
  try {
    fill();
    for (let head = underway.shift(); head !== undefined; head = underway.shift()) {
      const { made, slot } = head;
      const value = await made;
      await new Promise(setImmediate); // lets signals and timers run, however far ahead we are
      const release = once(() => {
        free.push(slot);
        fill();
      });
      if (value !== undefined) yield { value, release };
      release();
    }
  } finally {
    cancel();
    await Promise.allSettled(underway.map(({ made }) => made));
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      action();
    }
  };
}
