import { expect, test } from 'vitest';
import { fuzz, targets } from './fuzz.test.util.js';

test.each(targets)('$name: 200 damaged files are read or refused, never worse', (target) => {
  const { accepted, refused, slowestMs } = fuzz(target, 1, 200);
  expect(accepted + refused).toBe(200);
  expect(refused).toBeGreaterThan(50);
  expect(slowestMs).toBeLessThan(2000);
});
