/**
 * Makes numbered things ahead of their use, each in a slot of a bounded ring of memory, and hands them out in order.
 * Knows neither clips nor threads.
 */

export interface Ahead<T> {
  readonly value: T;
  /** Frees the slot before the next thing is asked for. */
  release(): void;
}

/**
 * Yields `make(from)` to `make(to - 1)`; what is made as undefined is passed over. As many are under way as there
 * are free slots. Left early or failed, it calls `cancel` and waits until nothing writes to a slot any more.
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
      made.catch(() => undefined); // it is awaited in its turn, or given up
      underway.push({ made, slot });
    }
  };
  try {
    fill();
    for (let head = underway.shift(); head !== undefined; head = underway.shift()) {
      const { made, slot } = head;
      const value = await made;
      await new Promise(setImmediate); // signals and timers get their turn, however far ahead we are
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
