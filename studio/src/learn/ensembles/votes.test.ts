import { expect, it } from 'vitest';
import { majority, rightCount } from './votes.js';

it('gives 0.784 for three members of 0.7', () => {
  expect(rightCount(3, 3, 0.7, 0)).toBeCloseTo(0.343, 12);
  expect(rightCount(2, 3, 0.7, 0)).toBeCloseTo(0.441, 12);
  expect(majority(3, 0.7)).toBeCloseTo(0.784, 12);
});

it("is a distribution with the members' accuracy and the given correlation", () => {
  const [n, p, correlation] = [2, 0.7, 0.4];
  const chances = [0, 1, 2].map((k) => rightCount(k, n, p, correlation));
  expect(chances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect((chances[1]! + 2 * chances[2]!) / 2).toBeCloseTo(p, 12);
  expect((chances[2]! - p * p) / (p * (1 - p))).toBeCloseTo(correlation, 12);
});

it('approaches independence, and a single member', () => {
  expect(majority(5, 0.7, 1e-9)).toBeCloseTo(majority(5, 0.7), 6);
  expect(majority(5, 0.7, 1 - 1e-9)).toBeCloseTo(0.7, 6);
  expect(majority(1, 0.7, 0.3)).toBeCloseTo(0.7, 12);
});

it('makes the vote worse if the members are worse than chance', () => {
  expect(majority(9, 0.4)).toBeLessThan(0.4);
});
