import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from './edit-distance.js';

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['batch', 'bacth', 1],
    ['abc', 'abc', 0],
    ['ca', 'abc', 3],
  ])('%s -> %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  test('finds the closest name whatever its case and separators', () => {
    expect(nearest('Batch-Sise', ['frames', 'batchSize', 'stride'])).toBe('batchSize');
    expect(nearest('Swipping Left', ['Swiping Right', 'Swiping Left'])).toBe('Swiping Left');
  });

  test('has an answer only where there are candidates', () => {
    expect(nearest('x', [])).toBeUndefined();
    expect(nearest('qqqq', ['lr'])).toBe('lr');
  });
});
