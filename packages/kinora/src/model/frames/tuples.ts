/** Ordered tuples of frames, on which temporal relations are computed: a few of all, always increasing in time. */
import { permutation, type Random } from '@kinora/clip';

/** `size` increasing positions in `[0, frames)`. */
export type Tuple = readonly number[];

/** `count` different tuples, each equally likely; all tuples, where they are no more than that. */
export function chooseTuples(frames: number, size: number, count: number, random: Random): Tuple[] {
  const wanted = Math.min(count, combinations(frames, size));
  const chosen = new Map<string, Tuple>();
  while (chosen.size < wanted) {
    const tuple = Array.from(permutation(frames, random).slice(0, size)).sort((a, b) => a - b);
    chosen.set(tuple.join(), tuple);
  }
  return [...chosen.values()];
}

/** n over k, exact below 2^53. */
const combinations = (n: number, k: number): number =>
  Array.from({ length: k }).reduce<number>((product, _, i) => (product * (n - i)) / (i + 1), 1);
