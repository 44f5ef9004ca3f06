import { expect, test } from 'vitest';
import { softmax } from './softmax.js';

test('stays finite for large logits and sums to 1', () => {
  const p = softmax(Float32Array.of(1000, 1001, 999));
  expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(p[1]! / p[0]!).toBeCloseTo(Math.E, 10);
});

test('a temperature divides the logits', () => {
  expect(softmax([2, 1, 0.5], 4)).toEqual(softmax([0.5, 0.25, 0.125]));
});
