import { describe, expect, test } from 'vitest';
import { groupedFolds, otherRows } from './folds.js';

describe('folds', () => {
  test('keep groups whole, hold every clip once, and are about equal', () => {
    const groups = Int32Array.from({ length: 103 }, (_, n) => (n * 7) % 13);
    const folds = groupedFolds(groups, 5, 1);
    expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual([...groups.keys()]);
    for (const fold of folds) {
      const inside = new Set([...fold].map((n) => groups[n]));
      const outside = new Set([...otherRows(103, fold)].map((n) => groups[n]));
      expect([...inside].filter((group) => outside.has(group))).toEqual([]);
      expect(Math.abs(fold.length - 103 / 5)).toBeLessThan(9);
    }
    expect(groupedFolds(groups, 5, 2)).not.toEqual(folds);
  });

  test('need as many groups', () => {
    expect(() => groupedFolds(Int32Array.of(0, 0, 1), 3, 1)).toThrow(
      'expected at least 3 people (or clips, if people are unknown), one per fold, received 2',
    );
  });
});
