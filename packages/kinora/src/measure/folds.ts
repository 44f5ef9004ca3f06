/** Folds for cross-validation that keep groups together: no person is on both sides of a split. */

import { permutation, randomStream } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';

/** Identifies the random stream. */
const FOLDS = 0xf01d;

/**
 * The rows of each fold. Groups are shuffled, sorted by size with the largest first, and assigned to the fold with the
 * fewest rows, so that folds have similar sizes. Throws `folds/few-groups` for fewer groups than folds.
 *
 * @param groups a number per person, `[N]`
 * @returns ascending positions, one array per fold
 */
export function groupedFolds(groups: Int32Array, folds: number, seed: number): Int32Array[] {
  const members = new Map<number, number[]>();
  for (const [n, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), n]);
  if (members.size < folds) throw tooFewGroups(members.size, folds);
  const all = [...members.values()];
  const shuffled = [...permutation(all.length, randomStream(seed, FOLDS))].map((i) => all[i]!);
  const rows: number[][] = Array.from({ length: folds }, () => []);
  for (const group of shuffled.sort((a, b) => b.length - a.length))
    rows.reduce((best, fold) => (fold.length < best.length ? fold : best)).push(...group);
  return rows.map((fold) => Int32Array.from(fold).sort());
}

/** All rows except those of a fold. */
export function otherRows(count: number, fold: Int32Array): Int32Array {
  const inside = new Set(fold);
  return Int32Array.from(Array.from({ length: count }, (_, n) => n).filter((n) => !inside.has(n)));
}

function tooFewGroups(groups: number, folds: number): KinoraError {
  return kinoraError('folds/few-groups', 'cross-validation', {
    expected: `at least ${folds} people (or clips, if people are unknown), one per fold`,
    received: String(groups),
    hint: 'use fewer folds, or more clips',
  });
}
