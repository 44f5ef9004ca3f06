import { expect, test } from 'vitest';
import { type Moment, rate, remember, SPAN, topClasses } from './history.js';

const moment = (at: number, ...scores: number[]): Moment => ({ at, scores: Float32Array.from(scores) });

test('drops moments older than the span', () => {
  const kept = [0, 5, 10, 15, 20, 25].reduce<Moment[]>((all, at) => remember(all, moment(at * 1000, 1)), []);
  expect(kept.map(({ at }) => at / 1000)).toEqual([10, 15, 20, 25]);
  expect(SPAN).toBe(20);
});

test('rows are the classes with the highest peaks, in the order of the labels', () => {
  const moments = [moment(0, 0.1, 0.6, 0.3, 0), moment(1, 0.7, 0.1, 0.1, 0.1)];
  expect(topClasses(moments, 2)).toEqual([0, 1]);
  expect(topClasses(moments, 3)).toEqual([0, 1, 2]);
  expect(topClasses([], 3)).toEqual([]);
});

test('the rate counts intervals, not events, and only recent ones', () => {
  const every = (ms: number): number[] => Array.from({ length: 40 }, (_, i) => i * ms);
  expect(rate(every(100), 3900)).toBeCloseTo(10, 5);
  expect(rate([0, 500], 500)).toBeCloseTo(2, 5);
  expect(rate([], 100)).toBe(0);
  expect(rate([0, 10], 60_000)).toBe(0);
});
