/**
 * Majority votes. Each member is right with probability `p`. `correlation` is that of two members being right, by the
 * beta-binomial distribution (Skellam, 1948), in which `p` itself varies from clip to clip.
 */

/** Probability that exactly `k` of `n` members are right. `correlation` in [0, 1). */
export function rightCount(k: number, n: number, p: number, correlation: number): number {
  const ways = binomial(n, k);
  if (correlation === 0) return ways * p ** k * (1 - p) ** (n - k);
  const total = 1 / correlation - 1;
  const [a, b] = [p * total, (1 - p) * total];
  let probability = ways;
  for (let i = 0; i < k; i++) probability *= a + i;
  for (let i = 0; i < n - k; i++) probability *= b + i;
  for (let i = 0; i < n; i++) probability /= total + i;
  return probability;
}

/** Probability that more than half of `n` (odd) members are right. */
export function majority(n: number, p: number, correlation = 0): number {
  let sum = 0;
  for (let k = (n + 1) / 2; k <= n; k++) sum += rightCount(k, n, p, correlation);
  return sum;
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
