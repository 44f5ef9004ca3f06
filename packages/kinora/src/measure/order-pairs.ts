/**
 * How well a network distinguishes gestures that differ only in the order of their frames. A network that ignores order
 * is right half of the time, whatever its accuracy over all classes.
 */
import { orderPairs } from '../data/synth/labels.js';
import { type Evaluation, pairAccuracy } from './metrics.js';

export interface OrderPair {
  readonly pair: readonly [string, string];
  /** Share of the clips of both labels whose true label has the larger logit; chance is 0.5. */
  readonly accuracy: number;
}

/** The order-only pairs of which the network has both labels; empty for labels other than the gestures. */
export function orderPairAccuracies(
  evaluation: Pick<Evaluation, 'targets' | 'logits'>,
  labels: readonly string[],
): OrderPair[] {
  return orderPairs
    .filter((pair) => pair.every((label) => labels.includes(label)))
    .map((pair) => {
      const [a, b] = [labels.indexOf(pair[0]), labels.indexOf(pair[1])];
      return { pair, accuracy: pairAccuracy(evaluation, labels.length, [a, b]) };
    });
}

/** The accuracy averaged over the pairs that have clips, or undefined if there are none. */
export function orderAccuracy(
  evaluation: Pick<Evaluation, 'targets' | 'logits'>,
  labels: readonly string[],
): number | undefined {
  const known = orderPairAccuracies(evaluation, labels)
    .map(({ accuracy }) => accuracy)
    .filter((accuracy) => !Number.isNaN(accuracy));
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0) / known.length;
}
