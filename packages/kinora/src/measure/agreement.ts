/** How much members err together: correlations of being right, and what a perfect choice among them would reach. */

import { argmax } from './metrics.js';

/** What several networks say of the same clips. */
export interface MemberLogits {
  readonly classes: number;
  /** Logits of each member, float32 `[N, classes]`. */
  readonly members: readonly Float32Array[];
  /** Class indices `[N]`. */
  readonly targets: Int32Array;
}

/** For each clip 1 where the prediction is right and 0 where it is wrong, `[N]`. */
export function rightness(logits: Float32Array, targets: Int32Array, classes: number): Uint8Array {
  const predicted = argmax(logits, classes);
  return Uint8Array.from(targets, (target, n) => Number(predicted[n] === target));
}

/** Pearson's correlation of errors (phi) of each pair, `[members, members]`; NaN for a member that never or always errs. */
export function errorCorrelation({ members, targets, classes }: MemberLogits): Float64Array {
  const right = members.map((logits) => rightness(logits, targets, classes));
  const count = members.length;
  return Float64Array.from({ length: count * count }, (_, i) =>
    phi(right[Math.floor(i / count)]!, right[i % count]!),
  );
}

function phi(a: Uint8Array, b: Uint8Array): number {
  const share = (of: (n: number) => number) => a.reduce((sum, _, n) => sum + of(n), 0) / a.length;
  const [pa, pb, both] = [share((n) => a[n]!), share((n) => b[n]!), share((n) => a[n]! * b[n]!)];
  return (both - pa * pb) / Math.sqrt(pa * (1 - pa) * pb * (1 - pb));
}

/** Share of the clips that at least one member has right: no choice among members does better. */
export function oracle({ members, targets, classes }: MemberLogits): number {
  const right = members.map((logits) => rightness(logits, targets, classes));
  return targets.filter((_, n) => right.some((own) => own[n] === 1)).length / targets.length;
}
