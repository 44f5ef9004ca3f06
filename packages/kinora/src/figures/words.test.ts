import { expect, test } from 'vitest';
import { ends, percent, plural, points, threeDigits } from './words.js';

test('a difference in points has a sign unless it is none', () => {
  expect([0.0123, -0.004, 0.0004, -0.0004, 0].map(points)).toEqual(['+1.2', '-0.4', '0.0', '0.0', '0.0']);
});

test('three digits that count, without powers of ten', () => {
  expect([0.5432, 27.94, 458.4, 3456].map(threeDigits)).toEqual(['0.543', '27.9', '458', '3,460']);
});

test('shares of nothing are a dash, and one is no plural', () => {
  expect([0.875, Number.NaN].map(percent)).toEqual(['87.5 %', '–']);
  expect([plural(1, 'clip'), plural(1234, 'clip'), plural(2, 'person', 'people')]).toEqual([
    '1 clip',
    '1,234 clips',
    '2 people',
  ]);
});

test('an interval has two ends, or a reason why there is none', () => {
  const before = '95 % interval ';
  expect(ends({ low: 0.75, high: 0.871 }, { before })).toBe('95 % interval 75.0 % to 87.1 %');
  expect(ends({ low: -0.01, high: 0.02 }, { word: points })).toBe('-1.0 to +2.0');
  expect(ends({ low: Number.NaN, high: Number.NaN }, { before })).toBe('one person: no interval');
});
