/**
 * Results that a device still computes. The program launches the next piece of work before it reads the last one, so that a GPU
 * always has something to do. Results are read in the order in which they were launched.
 */
export interface PendingResult {
  /** Waits until it can be read, while the event loop continues. */
  arrival(): Promise<void>;
  /** Drops it unread. */
  dispose(): void;
}

export class PendingQueue<T extends { readonly result: PendingResult }> {
  readonly #limit: number;
  readonly #read: (launched: T) => void;
  readonly #launched: T[] = [];

  /** @param limit results that may stay unread when another is added; 0 reads each at once */
  constructor(limit: number, read: (launched: T) => void) {
    this.#limit = limit;
    this.#read = read;
  }

  /** Adds a piece of work and reads those that are due, each once it has arrived. */
  add(launched: T): Promise<void> {
    this.#launched.push(launched);
    return this.#readDownTo(this.#limit);
  }

  /** Reads what is left. */
  flush(): Promise<void> {
    return this.#readDownTo(0);
  }

  /** Drops what is left. */
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
