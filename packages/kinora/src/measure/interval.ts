/** The uncertainty of an accuracy that was measured on so many clips. */

/** The normal distribution's 97.5 % point. */
const Z = 1.959964;

/**
 * The 95 % interval of a share (Wilson, JASA 1927): it stays inside [0, 1] and is right near its ends, where
 * `p +- 2 sqrt(p (1 - p) / n)` is not. Clips are taken as independent.
 */
export function wilson(share: number, count: number): [low: number, high: number] {
  const spread = Z ** 2 / count;
  const middle = (share + spread / 2) / (1 + spread);
  const reach = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}
