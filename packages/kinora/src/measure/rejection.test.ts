import { expect, test } from 'vitest';
import { auroc, compareRejection, falseAlarmsAt, rejectionScores } from './rejection.js';

test('the area under the ROC curve is the share of pairs in order, ties counting one half', () => {
  expect(auroc([3, 4], [1, 2])).toBe(1);
  expect(auroc([1, 2], [3, 4])).toBe(0);
  expect(auroc([1, 3, 3], [2, 3])).toBeCloseTo((0 + 0 + 1 + 0.5 + 1 + 0.5) / 6, 12);
  expect(auroc([], [1])).toBeNaN();
});

test('false alarms at a recall', () => {
  const known = Array.from({ length: 20 }, (_, i) => i + 1);
  expect(falseAlarmsAt(0.95, known, [0.5, 1.5, 2, 30])).toEqual({ threshold: 2, share: 0.5 });
  expect(falseAlarmsAt(1, known, [0.5, 1, 2, 30])).toEqual({ threshold: 1, share: 0.75 });
});

test('scores of a row', () => {
  const { probability, margin, entropy, energy } = rejectionScores([Math.log(6), Math.log(3), 0]);
  expect(probability).toBeCloseTo(0.6, 12);
  expect(margin).toBeCloseTo(0.3, 12);
  expect(entropy).toBeCloseTo(0.6 * Math.log(0.6) + 0.3 * Math.log(0.3) + 0.1 * Math.log(0.1), 12);
  expect(energy).toBeCloseTo(Math.log(10), 12);
});

test('the best score comes first', () => {
  // Unknown clips are as sure as known ones, with smaller logits: only energy tells them apart.
  const known = Float32Array.from([9, 5, 5, 8, 4, 4]);
  const unknown = Float32Array.from([5, 1, 1, 4, 0, 0]);
  const rows = compareRejection(known, unknown, 3);
  expect(rows[0]).toMatchObject({ score: 'energy', auroc: 1, falseAlarms: 0 });
  expect(rows.find(({ score }) => score === 'probability')!.auroc).toBeCloseTo(0.5, 6);
});
