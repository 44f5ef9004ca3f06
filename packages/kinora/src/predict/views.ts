/** Averages the probabilities of several views of each clip. */
import { softmax, type Views, viewsOf } from '@kinora/clip';
import type { RunConfig } from '../config/index.js';
import type { ClipList } from '../data/lists/clip-list.js';
import type { Predictions } from '../model/predict-all.js';

/** The views that a configuration specifies. */
export const configViews = ({ evalClips, evalCrops }: RunConfig): Views => ({
  clips: evalClips,
  crops: evalCrops,
});

/** Every clip repeated for its views, which are consecutive. */
export function listOfViews(list: ClipList, views: Views): ClipList {
  const each = viewsOf(views);
  return { ...list, items: list.items.flatMap((item) => each.map((view) => ({ ...item, view }))) };
}

/**
 * Turns predictions for the list of views into predictions for the list. Their logits are logarithms of the mean
 * probabilities, so that their softmax is the mean. Clips with a missing view are left out.
 */
export function averageViews(
  { indices, targets, logits }: Predictions,
  { clips, crops }: Views,
): Predictions {
  const count = clips * crops;
  const classes = logits.length / indices.length;
  const rows = new Map<number, number[]>();
  for (const [row, index] of indices.entries()) {
    const clip = Math.floor(index / count);
    rows.set(clip, [...(rows.get(clip) ?? []), row]);
  }
  const whole = [...rows].filter(([, own]) => own.length === count);
  const averaged = new Float32Array(whole.length * classes);
  for (const [n, [, own]] of whole.entries()) {
    const parts = own.map((row) => softmax(logits.subarray(row * classes, (row + 1) * classes)));
    averaged.set(logMean(parts), n * classes);
  }
  return {
    indices: Int32Array.from(whole, ([clip]) => clip),
    targets: Int32Array.from(whole, ([, [first]]) => targets[first!]!),
    logits: averaged,
  };
}

/** Logarithm of the mean of probabilities `[classes]`; values too small for float32 are replaced by the smallest one. */
export function logMean(parts: readonly Float64Array[]): Float64Array {
  return parts[0]!.map((_, c) => {
    const mean = parts.reduce((sum, part) => sum + part[c]!, 0) / parts.length;
    return Math.log(Math.max(mean, Number.MIN_VALUE));
  });
}
