/**
 * Random numbers that are a function of seed, step and place, so that training can be repeated and resumed: a keyed
 * permutation of the numbers below a prime, x -> (x + key + c)^5 round by round, as in the MiMC cipher (Albrecht et al. 2016,
 * https://eprint.iacr.org/2016/492). It needs only products and remainders of int64, which every ONNX runtime has.
 */
import { type Graph, int64s } from '../graph.js';
import { dataType } from '../onnx-file.js';

/** The prime 2^31 - 1. The fifth power is one to one modulo it, and products of two smaller numbers fit into int64. */
export const RANDOM_RANGE = 2_147_483_647;

/** Round constants: the first digits of pi, in hexadecimal. */
export const ROUNDS = [0x243f6a88, 0x05a308d3, 0x13198a2e, 0x03707344] as const;

/** Draws from the graph's inputs `seed` and `step`. */
export class Randomness {
  readonly #graph: Graph;
  readonly #seed: string;
  readonly #step: string;
  #ofStep: string | undefined;
  #draws = 0;

  /** @param seed int32 scalar value of the graph, as is `step`; both at least 0 */
  constructor(graph: Graph, seed: string, step: string) {
    this.#graph = graph;
    this.#seed = seed;
    this.#step = step;
  }

  /**
   * int64 `[count]`: numbers from 0 to below `RANDOM_RANGE` that are others for each seed, step and draw.
   * @param count int64 scalar value
   */
  draw(count: string, module: string): string {
    this.#ofStep ??= this.#permuted(this.#int64(this.#seed), this.#int64(this.#step), '');
    const key = this.#permuted(this.#scalar(this.#draws++), this.#ofStep, module);
    const places = this.#node('Range', [this.#scalar(0), count, this.#scalar(1)], module);
    return this.#permuted(places, key, module);
  }

  /** int64 numbers below the range, permuted by an int64 scalar below it. */
  #permuted(numbers: string, key: string, module: string): string {
    const range = this.#scalar(RANDOM_RANGE);
    const node = (op: string, ...inputs: string[]): string => this.#node(op, inputs, module);
    const times = (a: string, b: string): string => node('Mod', node('Mul', a, b), range);
    return ROUNDS.reduce((x, round) => {
      const base = node('Mod', node('Add', node('Add', x, key), this.#scalar(round)), range);
      const square = times(base, base);
      return times(times(square, square), base);
    }, numbers);
  }

  #int64(value: string): string {
    return this.#graph.node('Cast', [value], { to: { int: dataType('int64') } }, '')[0]!;
  }

  #scalar(value: number): string {
    return this.#graph.constant('random', { ...int64s([value]), shape: [] });
  }

  #node(op: string, inputs: string[], module: string): string {
    return this.#graph.node(op, inputs, {}, module)[0]!;
  }
}
