/** Loss and top-k accuracy of batches, summed exactly so that an epoch resumed in the middle reports the same numbers. */

import { crossEntropy, rankOf } from './metrics.js';

export interface Sums {
  clips: number;
  /** Sum of the mean losses weighted by their clips. */
  loss: number;
  top1: number;
  top5: number;
}

export interface Averages {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of clips in [0, 1] whose label is predicted, or among the five most likely. */
  readonly top1: number;
  readonly top5: number;
}

export const noSums = (): Sums => ({ clips: 0, loss: 0, top1: 0, top5: 0 });

/** Adds a batch: its mean loss, its logits `[N, classes]` row by row and its labels `[N]`. */
export function addBatch(
  sums: Sums,
  loss: number,
  logits: Float32Array,
  labels: ArrayLike<number | bigint>,
): void {
  const clips = labels.length;
  const classes = logits.length / clips;
  for (let i = 0; i < clips; i++) {
    const rank = rankOf(logits.subarray(i * classes, (i + 1) * classes), Number(labels[i]));
    if (rank < 1) sums.top1++;
    if (rank < 5) sums.top5++;
  }
  sums.clips += clips;
  sums.loss += loss * clips;
}

export function addSums(sums: Sums, { clips, loss, top1, top5 }: Sums): void {
  sums.clips += clips;
  sums.loss += loss;
  sums.top1 += top1;
  sums.top5 += top5;
}

export const averages = ({ clips, loss, top1, top5 }: Sums): Averages => ({
  loss: loss / clips,
  top1: top1 / clips,
  top5: top5 / clips,
});

/** Sums over an evaluation, or one rank's part of it: logits `[N, classes]`, targets `[N]`. */
export function evaluated(logits: Float32Array, targets: Int32Array): Sums {
  const sums = noSums();
  if (targets.length === 0) return sums;
  addBatch(sums, crossEntropy(logits, targets, logits.length / targets.length), logits, targets);
  return sums;
}
