/**
 * Confidence intervals by the bootstrap (Efron 1979), paired: both sides of a difference use the same resample of
 * clips. If the person in each clip is known, people are resampled, because errors on clips of the same person are
 * correlated.
 */
import { randomStream } from '@kinora/clip';

export interface Interval {
  /** The value on the original clips. */
  readonly value: number;
  /** Ends of the 95 % interval (percentiles); NaN where there is none, as for the clips of a single person. */
  readonly low: number;
  readonly high: number;
}

export const RESAMPLES = 5000;
/** Identifies the random stream. */
const DRAWS = 0xb007;

/**
 * The mean of `values` `[N]` with its interval; for the interval of a difference, pass differences. A single group cannot be
 * resampled: there is no interval, and both ends are NaN.
 * @param groups resampled as a whole, `[N]`
 */
export function meanInterval(
  values: ArrayLike<number>,
  groups: Int32Array,
  seed: number,
  resamples = RESAMPLES,
): Interval {
  const parts = groupSums(values, groups);
  const all = parts.reduce((sum, part) => sum + part.sum, 0) / groups.length;
  if (parts.length < 2) return { value: all, low: Number.NaN, high: Number.NaN };
  const random = randomStream(seed, DRAWS);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[random.below(parts.length)]!;
      sum += part.sum;
      count += part.count;
    }
    return sum / count;
  }).sort();
  return { value: all, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/**
 * Any statistic of `items` `[N]` with its interval, by the same bootstrap; resamples on which it is undefined (NaN) are left
 * out. With a single group there is no interval: both ends are NaN.
 * @param groups resampled as a whole, `[N]`
 */
export function groupInterval<T>(
  items: readonly T[],
  groups: Int32Array,
  statistic: (items: readonly T[]) => number,
  seed: number,
  resamples = 2000,
): Interval {
  const byGroup = new Map<number, T[]>();
  for (const [n, item] of items.entries()) {
    const own = byGroup.get(groups[n]!);
    if (own === undefined) byGroup.set(groups[n]!, [item]);
    else own.push(item);
  }
  const parts = [...byGroup.values()];
  const value = statistic(items);
  if (parts.length < 2) return { value, low: Number.NaN, high: Number.NaN };
  const random = randomStream(seed, DRAWS);
  const values = Float64Array.from({ length: resamples }, () =>
    statistic(parts.flatMap(() => parts[random.below(parts.length)]!)),
  )
    .filter((one) => !Number.isNaN(one))
    .sort();
  if (values.length === 0) return { value, low: Number.NaN, high: Number.NaN };
  return { value, low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

function groupSums(values: ArrayLike<number>, groups: Int32Array): { sum: number; count: number }[] {
  const parts = new Map<number, { sum: number; count: number }>();
  for (const [n, group] of groups.entries()) {
    const part = parts.get(group) ?? { sum: 0, count: 0 };
    parts.set(group, part);
    part.sum += values[n]!;
    part.count++;
  }
  return [...parts.values()];
}

/** Linear between neighbours, as numpy.quantile. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}

/** The uncertainty of an accuracy measured on a number of clips. */

/** The normal distribution's 97.5 % point. */
const Z = 1.959964;

/**
 * The 95 % interval of a share (Wilson, JASA 1927): it stays inside [0, 1] and is accurate near the ends, where `p +- 2
 * sqrt(p (1 - p) / n)` is not. Clips are assumed to be independent.
 */
export function wilson(share: number, count: number): [low: number, high: number] {
  const spread = Z ** 2 / count;
  const middle = (share + spread / 2) / (1 + spread);
  const reach = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}
