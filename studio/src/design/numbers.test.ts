import { expect, it } from 'vitest';
import { bytes, decimal, fixed, percent, short } from './numbers.js';

it('keeps numbers and their units on one line', () => {
  expect([percent(0.796), percent(1, 0), short(849_339), short(3), bytes(62_200_000), bytes(7)]).toEqual([
    '79.6\u00a0%',
    '100\u00a0%',
    '849\u00a0k',
    '3',
    '62.2\u00a0MB',
    '7\u00a0B',
  ]);
});

it('aligns the decimals of a column, and never writes a minus before zero', () => {
  expect([0.3, -0.25, -0.001].map((value) => fixed(value, 2))).toEqual(['0.30', '−0.25', '0.00']);
  expect([0.3, -0.25, -0.001].map((value) => decimal(value, 2))).toEqual(['0.3', '−0.25', '0']);
});
