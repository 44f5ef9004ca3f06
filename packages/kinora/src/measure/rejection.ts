/**
 * How well clips that show none of the labels can be told from those that do, by how sure the network is: scores of a row of
 * logits, the area under the ROC curve, and false alarms at a recall.
 */
import { softmax } from '@kinora/clip';

/** Larger: more likely to show one of the labels. */
export type RejectionScore = 'probability' | 'margin' | 'entropy' | 'energy';

/** Every score of one row of logits `[classes]`, already divided by the temperature. */
export function rejectionScores(row: ArrayLike<number>): Record<RejectionScore, number> {
  const probabilities = softmax(row);
  const sorted = Float64Array.from(probabilities).sort().reverse();
  const top = Math.max(...Array.from(row));
  return {
    // Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017.
    probability: sorted[0]!,
    margin: sorted[0]! - (sorted[1] ?? 0),
    entropy: probabilities.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0),
    // Liu et al., "Energy-based Out-of-distribution Detection", NeurIPS 2020, equation 4, without its sign.
    energy: top + Math.log(Array.from(row).reduce((sum, logit) => sum + Math.exp(logit - top), 0)),
  };
}

/**
 * The probability that a known clip scores higher than an unknown one, ties counting one half: the area under the ROC curve
 * (Mann and Whitney 1947). NaN without clips of either kind.
 */
export function auroc(known: readonly number[], unknown: readonly number[]): number {
  const all = [
    ...known.map((score) => ({ score, isKnown: true })),
    ...unknown.map((score) => ({ score, isKnown: false })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]!.score === all[from]!.score) to++;
    // Clips with equal scores share the mean of their ranks, which start at 1.
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (all[i]!.isKnown) ranks += rank;
    from = to;
  }
  return (ranks - (known.length * (known.length + 1)) / 2) / (known.length * unknown.length);
}

/** Share of unknown clips that are accepted at the threshold that accepts at least `recall` of the known ones. */
export function falseAlarmsAt(
  recall: number,
  known: readonly number[],
  unknown: readonly number[],
): { readonly threshold: number; readonly share: number } {
  const sorted = [...known].sort((a, b) => b - a);
  const threshold = sorted[Math.max(0, Math.ceil(recall * sorted.length - 1e-9) - 1)] ?? Number.NaN;
  return { threshold, share: unknown.filter((score) => score >= threshold).length / unknown.length };
}

export interface Rejection {
  readonly score: RejectionScore;
  readonly auroc: number;
  /** Share of unknown clips accepted where 95 % of the known ones are. */
  readonly falseAlarms: number;
  readonly threshold: number;
}

/**
 * Every score, the best first: fewest false alarms at 95 % recall, then the larger area.
 * @param known logits `[N, classes]` of clips that show one of the labels
 * @param unknown logits `[M, classes]` of clips that show none
 */
export function compareRejection(known: Float32Array, unknown: Float32Array, classes: number): Rejection[] {
  const scoresOf = (logits: Float32Array) =>
    Array.from({ length: logits.length / classes }, (_, n) =>
      rejectionScores(logits.subarray(n * classes, (n + 1) * classes)),
    );
  const [inside, outside] = [scoresOf(known), scoresOf(unknown)];
  return (['probability', 'margin', 'entropy', 'energy'] as const)
    .map((score) => {
      const [a, b] = [inside.map((one) => one[score]), outside.map((one) => one[score])];
      const { share, threshold } = falseAlarmsAt(0.95, a, b);
      return { score, auroc: auroc(a, b), falseAlarms: share, threshold };
    })
    .sort((a, b) => a.falseAlarms - b.falseAlarms || b.auroc - a.auroc);
}
