/** The configured factor of each class's share of the loss. */

import { nearest } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';

/**
 * Float32 `[classes]`; null where all classes count alike. `balanced` is clips / (classes x clips of the class), so that
 * every class of the list has the same part in the loss and the factors of all clips average to 1; classes without clips
 * have none.
 * @param counts training clips of each class
 */
export function classWeights(
  setting: RunConfig['classWeights'],
  labels: readonly string[],
  counts: readonly number[],
): Float32Array | null {
  if (setting === null) return null;
  if (setting === 'balanced') return balanced(counts);
  const stray = Object.keys(setting).find((name) => !labels.includes(name));
  if (stray !== undefined) throw unknownLabel(stray, labels);
  return Float32Array.from(labels, (name) => setting[name] ?? 1);
}

function balanced(counts: readonly number[]): Float32Array {
  const clips = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : clips / (present * count)));
}

function unknownLabel(name: string, labels: readonly string[]): KinoraError {
  const near = nearest(name, labels);
  return kinoraError('config/class-weights', 'classWeights', {
    expected: 'factors by label',
    received: `one for "${name}", which is no label`,
    hint: near && `the nearest label is "${near}"`,
  });
}
