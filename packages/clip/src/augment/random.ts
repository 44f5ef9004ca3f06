/**
 * Random numbers without state to save: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011) turns a key and a counter into four words. A stream is named by (seed, path), so the draws for
 * a clip depend on the seed, the epoch and the clip's index, never on the order of the workers.
 */

/** A stream of independent draws. */
export interface Random {
  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number;
  /** Uniform in `[low, high)`; `[0, 1)` by default. 32 bits of resolution. */
  uniform(low?: number, high?: number): number;
  /** A whole number, uniform in `[0, limit)`, `1 <= limit <= 2^32`, without bias. */
  below(limit: number): number;
}

/**
 * The stream named by a seed (a non-negative safe integer) and up to three unsigned 32-bit numbers,
 * by convention (epoch, index, purpose). Different names give independent streams.
 */
export function randomStream(seed: number, a = 0, b = 0, c = 0): Random {
  const key0 = seed >>> 0;
  const key1 = Math.floor(seed / 2 ** 32) >>> 0;
  const block = new Uint32Array(4);
  let used = 4;
  let counter = 0;
  const uint32 = (): number => {
    if (used === 4) {
      philox(block, counter++, a, b, c, key0, key1);
      used = 0;
    }
    return block[used++]!;
  };
  return {
    uint32,
    uniform: (low = 0, high = 1) => low + (high - low) * (uint32() / 2 ** 32),
    below: (limit) => below(uint32, limit),
  };
}

/** A random order of `0 .. count-1` (Fisher and Yates). */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** Rejects the few largest words, which would make some results more likely than others. */
function below(uint32: () => number, limit: number): number {
  const fair = 2 ** 32 - (2 ** 32 % limit);
  let word = uint32();
  while (word >= fair) word = uint32();
  return word % limit;
}

/** Ten rounds of Philox4x32: `out` becomes a function of the counter `(c0..c3)` and the key `(k0, k1)`. */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}
