import { expect, it } from 'vitest';
import { atThreshold, thresholds } from './threshold.js';

const answers = [
  { confidence: 0.9, right: true },
  { confidence: 0.6, right: false },
  { confidence: 0.5, right: true },
];

it('counts the answers that reach a threshold, and the right ones among them', () => {
  expect(atThreshold(answers, 0)).toEqual({ threshold: 0, answered: 3, right: 2 });
  expect(atThreshold(answers, 0.6)).toEqual({ threshold: 0.6, answered: 2, right: 1 });
  expect(atThreshold(answers, 0.95)).toMatchObject({ answered: 0, right: 0 });
});

it('covers every hundredth from none to all', () => {
  const all = thresholds(answers);
  expect(all).toHaveLength(101);
  expect([all[0]!.answered, all[60]!.answered, all[100]!.answered]).toEqual([3, 2, 0]);
});
