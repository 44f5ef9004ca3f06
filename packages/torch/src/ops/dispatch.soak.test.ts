import { test } from 'vitest';
import { expectOrder } from './fuzz.test.util.js';

test.each([1, 2, 3])(
  'random arguments are taken or refused, and never crash (seed %i)',
  (seed) => expectOrder(seed, 8),
  300_000,
);
