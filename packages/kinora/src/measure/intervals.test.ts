/** How uncertain accuracies are, on values made for the purpose. */
import { randomStream } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { meanInterval } from './intervals.js';

describe('intervals', () => {
  test('of independent clips are about those of the normal distribution', () => {
    const values = Uint8Array.from({ length: 400 }, (_, n) => Number(n % 4 > 0));
    const { value, low, high } = meanInterval(values, Int32Array.from(values.keys()), 1);
    const reach = 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(value).toBe(0.75);
    expect(low).toBeCloseTo(0.75 - reach, 2);
    expect(high).toBeCloseTo(0.75 + reach, 2);
  });

  test('are wider where the clips of a person stand and fall together', () => {
    const values = Uint8Array.from({ length: 400 }, (_, n) => Number(Math.floor(n / 20) % 4 > 0));
    const clips = meanInterval(values, Int32Array.from(values.keys()), 1);
    const people = meanInterval(
      values,
      Int32Array.from(values, (_, n) => Math.floor(n / 20)),
      1,
    );
    expect(people.high - people.low).toBeGreaterThan(3 * (clips.high - clips.low));
  });

  test('need two people', () => {
    const values = Uint8Array.of(1, 1, 0, 1);
    expect(meanInterval(values, Int32Array.of(7, 7, 7, 7), 1)).toEqual({
      value: 0.75,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(meanInterval(values, Int32Array.of(7, 7, 8, 8), 1).low).toBeGreaterThan(0);
  });

  test('cover the truth about as often as they say', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = randomStream(seed, 5);
      const values = Uint8Array.from({ length: 100 }, () => Number(random.uniform() < 0.8));
      const { low, high } = meanInterval(values, Int32Array.from(values.keys()), seed, 400);
      if (low <= 0.8 && high >= 0.8) covered++;
    }
    expect(covered).toBeGreaterThan(178);
    expect(covered).toBeLessThan(199);
  });
});
