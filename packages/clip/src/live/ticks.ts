/** The clock of a running source: which of its frames is on the screen at each tick of the network's frame rate. */

/** One millionth of a second: timestamps that differ by rounding of their time base count as equal. */
const SAME = 1e-6;

/**
 * A running source at the spec's frame rate: which of its frames is on the screen at each tick. Gives what
 * `resampleByTime` gives for the whole video: a frame is known to be on the screen at a tick only once the next has come.
 */
export class Ticks {
  readonly #rate: number;
  /** Time of the first frame, which is tick 0. */
  #first: number | undefined;
  #next = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /**
   * A new frame appears at `time` (seconds). Returns how many ticks the frame before it was on the screen for: 0 where it
   * is not needed.
   */
  advance(time: number): number {
    if (this.#first === undefined) {
      this.#first = time;
      return 0;
    }
    const from = this.#next;
    // The frame before shows at tick k unless this one already does. A clock may leap, so the ticks are not counted one by one.
    this.#next = Math.max(from, Math.floor((time - SAME - this.#first) * this.#rate) - 1);
    while (this.#first + this.#next / this.#rate + SAME < time) this.#next++;
    return this.#next - from;
  }

  /** Time of the last tick that was filled. */
  get time(): number {
    return (this.#first ?? 0) + Math.max(0, this.#next - 1) / this.#rate;
  }
}
