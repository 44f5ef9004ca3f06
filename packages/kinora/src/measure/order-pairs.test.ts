import { expect, test } from 'vitest';
import { orderAccuracy, orderPairAccuracies } from './order-pairs.js';

const labels = ['Swiping Left', 'Thumb Up', 'Swiping Right'];

test('only the two logits of a pair count, and only clips of the pair', () => {
  const targets = Int32Array.of(0, 0, 2, 1);
  // Right, right although another class wins, wrong, not of the pair.
  const logits = Float32Array.of(2, 0, 1, 2, 9, 1, 3, 0, 1, 0, 5, 9);
  const [swiping, ...others] = orderPairAccuracies({ targets, logits }, labels);
  expect(swiping).toEqual({ pair: ['Swiping Left', 'Swiping Right'], accuracy: 2 / 3 });
  expect(others).toEqual([]);
  expect(orderAccuracy({ targets, logits }, labels)).toBe(2 / 3);
});

test('labels without such pairs have none', () => {
  expect(
    orderPairAccuracies({ targets: new Int32Array(0), logits: new Float32Array(0) }, ['a', 'b']),
  ).toEqual([]);
  expect(
    orderAccuracy({ targets: new Int32Array(0), logits: new Float32Array(0) }, ['a', 'b']),
  ).toBeUndefined();
});
