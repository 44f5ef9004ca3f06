/**
 * The theory of voting: how many of n classifiers are right if each is right with probability p and errors are
 * correlated. Only right and wrong are distinguished; with many classes, wrong votes scatter, which only helps.
 */
import { kinoraError } from '@kinora/torch/error';

/**
 * Models of correlated errors; the correlation between two classifiers being right is the same in both.
 * - `beta-binomial`: clips differ in difficulty; on each, all classifiers are right with a probability drawn from
 *   Beta(p (1 - r) / r, (1 - p) (1 - r) / r) (Skellam 1948).
 * - `common-cause`: on a share r of the clips all classifiers act alike, on the others they are independent.
 */
export type CorrelationModel = 'beta-binomial' | 'common-cause';

export interface Voters {
  /** Probability that one classifier is right. */
  readonly p: number;
  readonly n: number;
  /** Correlation between two classifiers being right, 0 to 1. Default: 0. */
  readonly correlation?: number;
  readonly model?: CorrelationModel;
}

/** Probability that exactly k of them are right, `[n + 1]` for k from 0 to n. Throws `theory/invalid`. */
export function rightVotes({ p, n, correlation = 0, model = 'beta-binomial' }: Voters): Float64Array {
  check('p', p, 'a probability from 0 to 1', p >= 0 && p <= 1);
  check('n', n, 'a whole number from 1 to 1000', Number.isInteger(n) && n >= 1 && n <= 1000);
  check('correlation', correlation, 'a number from 0 to 1', correlation >= 0 && correlation <= 1);
  if (model === 'beta-binomial' && correlation < 1)
    return betaBinomial(p, n, correlation / (1 - correlation));
  const independent = betaBinomial(p, n, 0);
  return independent.map((probability, k) => {
    const together = k === n ? p : k === 0 ? 1 - p : 0;
    return correlation * together + (1 - correlation) * probability;
  });
}

export interface Majority {
  /** Probability that more than half are right. */
  readonly right: number;
  /** That exactly half are; 0 for odd n. */
  readonly tie: number;
}

/** What a majority vote decides, from the probabilities that 0, 1, ... n of the voters are right. */
export function majority(votes: Float64Array): Majority {
  const n = votes.length - 1;
  const right = votes.reduce((sum, probability, k) => (2 * k > n ? sum + probability : sum), 0);
  return { right, tie: n % 2 === 0 ? votes[n / 2]! : 0 };
}

/** Accuracy of the vote if a coin flip breaks ties. */
export const voteAccuracy = (voters: Voters): number => {
  const { right, tie } = majority(rightVotes(voters));
  return right + tie / 2;
};

/**
 * `C(n, k) prod(p + i t) prod(q + j t) / prod(1 + m t)` over i < k, j < n - k, m < n, with q = 1 - p and t = r / (1 - r):
 * the beta-binomial written so that t = 0 is the binomial. Computed as sums of logarithms, because large n would overflow.
 */
function betaBinomial(p: number, n: number, t: number): Float64Array {
  const right = rising(p, t, n);
  const wrong = rising(1 - p, t, n);
  const all = rising(1, t, n)[n]!;
  const choose = rising(1, 1, n);
  return Float64Array.from({ length: n + 1 }, (_, k) =>
    Math.exp(choose[n]! - choose[k]! - choose[n - k]! + right[k]! + wrong[n - k]! - all),
  );
}

/** `log prod(start + i step)` over i < k, for k from 0 to n; step 1 from 1 is log k!. */
function rising(start: number, step: number, n: number): Float64Array {
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + Math.log(start + i * step);
  return sums;
}

function check(where: string, value: number, expected: string, good: boolean): void {
  if (!good) throw kinoraError('theory/invalid', where, expected, String(value));
}
