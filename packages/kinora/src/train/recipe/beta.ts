/** Draws from a beta distribution, as a function of a stream of uniform numbers. */
import type { Random } from '@kinora/clip';

/** A draw from Beta(alpha, alpha), in [0, 1]; `alpha` above 0. Two gamma variates, in logarithms: small alphas underflow. */
export function symmetricBeta(alpha: number, random: Random): number {
  const difference = logGamma(alpha, random) - logGamma(alpha, random);
  return 1 / (1 + Math.exp(-difference));
}

/** Logarithm of a Gamma(alpha, 1) variate: Marsaglia and Tsang 2000, with their boost below 1. */
function logGamma(alpha: number, random: Random): number {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v)))
      return Math.log(d * v);
  }
}

/** Box and Muller 1958; the second of the pair is not kept, so that a draw depends on nothing before it. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
