/**
 * Results that a device is still computing. The program launches the next piece of work before it reads the previous
 * result, so that a GPU is always busy. Results are read in the order in which they were launched.
 */
export interface PendingResult {
  /** Waits until it can be read, without blocking the event loop. */
  arrival(): Promise<void>;
  /** Drops it unread. */
  dispose(): void;
}

export class PendingQueue<T extends { readonly result: PendingResult }> {
  readonly #limit: number;
  readonly #read: (launched: T) => void;
  readonly #launched: T[] = [];

  /** @param limit number of results that may be pending when another is added; 0 reads each immediately */
  constructor(limit: number, read: (launched: T) => void) {
    this.#limit = limit;
    this.#read = read;
  }

  /** Adds a piece of work and reads the results that are due, each once it has arrived. */
  add(launched: T): Promise<void> {
    this.#launched.push(launched);
    return this.#readDownTo(this.#limit);
  }

  /** Reads all pending results. */
  flush(): Promise<void> {
    return this.#readDownTo(0);
  }

  /** Drops all pending results. */
  dispose(): void {
    for (const { result } of this.#launched.splice(0)) result.dispose();
  }

  async #readDownTo(left: number): Promise<void> {
    while (this.#launched.length > left) {
      await this.#launched[0]!.result.arrival();
      this.#read(this.#launched.shift()!);
    }
  }
}
