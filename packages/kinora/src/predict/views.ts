/** Predictions of several views of each clip as one: the probabilities are averaged. */
import { softmax, type Views, viewsOf } from '@kinora/clip';
import type { RunConfig } from '../config/index.js';
import type { ClipList } from '../data/lists/clip-list.js';
import type { Predictions } from '../model/predict-all.js';

/** The views that a configuration asks for. */
export const configViews = ({ evalClips, evalCrops }: RunConfig): Views => ({
  clips: evalClips,
  crops: evalCrops,
});

/** Every clip as many times as it has views, the views of a clip in a row. */
export function listOfViews(list: ClipList, views: Views): ClipList {
  const each = viewsOf(views);
  return { ...list, items: list.items.flatMap((item) => each.map((view) => ({ ...item, view }))) };
}

/**
 * The predictions for a list from those for its list of views. The logits are logarithms of the mean probabilities, so that
 * their softmax is the mean. A clip of which a view is missing is left out.
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

/** Logarithm of the mean of probabilities `[classes]`; one too small for float32 counts as the smallest there is. */
export function logMean(parts: readonly Float64Array[]): Float64Array {
  return parts[0]!.map((_, c) => {
    const mean = parts.reduce((sum, part) => sum + part[c]!, 0) / parts.length;
    return Math.log(Math.max(mean, Number.MIN_VALUE));
  });
}
