import { expect, it } from 'vitest';
import { integrate, paperBeta2 } from './adam.js';

const problem = { C: 3, rate: 0.5, beta1: 0, beta2: paperBeta2(3) };

it('sends Adam to the worst place and AMSGrad to the best, as the paper proves', () => {
  expect(integrate(problem, 6000, false).at(-1)).toBeGreaterThan(0.9);
  expect(integrate(problem, 6000, true).at(-1)).toBeLessThan(-0.9);
});

it('starts at 0 and takes the first step that the formula gives', () => {
  const path = integrate({ ...problem, beta2: 0.75 }, 1, false);
  expect([...path]).toEqual([0, -1]); // 0.5 * 3 / sqrt(0.25 * 9) = 1
});
