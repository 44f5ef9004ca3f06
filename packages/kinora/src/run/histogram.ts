/**
 * Histograms with TensorBoard's buckets: limits that grow by a tenth from 1e-12 to 1e20 on either side of zero
 * (TensorFlow, histogram.cc, `InitDefaultBucketsInner`), so that histograms of any two steps line up.
 */
import { KinoraError } from '@kinora/torch';

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper ends, exclusive, and counts, from the first bucket in use to the last. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

function makeLimits(): number[] {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  const negative = positive.map((limit) => -limit).reverse();
  return [...negative, 0, ...positive, Number.MAX_VALUE];
}

const LIMITS = makeLimits();

/** Counts finite values. Throws `log/histogram` for none at all, and for NaN and infinities, which have no bucket. */
export function makeHistogram(where: string, values: ArrayLike<number>): Histogram {
  const counts = new Float64Array(LIMITS.length);
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw notFinite(where, `${value} at index ${i}`);
    const bucket = bucketOf(value);
    counts[bucket] = counts[bucket]! + 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value * value;
  }
  if (values.length === 0) throw notFinite(where, 'no values');
  const [first, last] = [bucketOf(min), bucketOf(max) + 1];
  const used = { limits: LIMITS.slice(first, last), counts: Array.from(counts.subarray(first, last)) };
  return { min, max, count: values.length, sum, sumOfSquares, ...used };
}

/** Index of the first limit above the value. */
function bucketOf(value: number): number {
  let [low, high] = [0, LIMITS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (LIMITS[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

const notFinite = (where: string, received: string): KinoraError =>
  new KinoraError({ code: 'log/histogram', where, expected: 'finite values for a histogram', received });
