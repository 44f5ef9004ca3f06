/**
 * Work that a GPU was given and that nobody has read yet. The program goes on to the next piece before it reads the last one,
 * so that the device always has something to do. Read in the order in which it was given.
 */
export interface Arriving {
  /** Waits until it can be read, while the event loop goes on. */
  arrival(): Promise<void>;
  /** Gives it up unread. */
  dispose(): void;
}

export class Unread<T extends { readonly result: Arriving }> {
  readonly #most: number;
  readonly #read: (piece: T) => void;
  readonly #pieces: T[] = [];

  /** @param most pieces that may stay unread when another is added; 0 reads each at once */
  constructor(most: number, read: (piece: T) => void) {
    this.#most = most;
    this.#read = read;
  }

  /** Takes a piece and reads those that are due, each once it has arrived. */
  add(piece: T): Promise<void> {
    this.#pieces.push(piece);
    return this.#readDownTo(this.#most);
  }

  /** Reads what is left. */
  all(): Promise<void> {
    return this.#readDownTo(0);
  }

  /** Gives up what is left. */
  drop(): void {
    for (const { result } of this.#pieces.splice(0)) result.dispose();
  }

  async #readDownTo(left: number): Promise<void> {
    while (this.#pieces.length > left) {
      await this.#pieces[0]!.result.arrival();
      this.#read(this.#pieces.shift()!);
    }
  }
}
