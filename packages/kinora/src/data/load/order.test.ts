/** Orders of an epoch: what they hold, and that they are functions of (seed, epoch). */
import { describe, expect, test } from 'vitest';
import { balancedOrder, batchPlaces, epochOrder, repeatsIn } from './order.js';

/** 40 clips of class 0, 7 of class 1, 3 of class 2 and none of class 3. */
const labels = [...Array(40).fill(0), ...Array(7).fill(1), ...Array(3).fill(2)] as number[];

const countBy = (values: Iterable<number>): number[] => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
};

describe('balanced', () => {
  const order = balancedOrder(labels, 3, 7);

  test('every class equally often, but for one where it does not divide', () => {
    expect(order).toHaveLength(50);
    expect(countBy([...order].map((i) => labels[i]!))).toEqual([16, 17, 17]);
  });

  test('within a class no clip more than once oftener than another', () => {
    for (const label of [0, 1, 2]) {
      const counts = countBy([...order].filter((i) => labels[i] === label));
      expect(counts.at(-1)! - counts[0]!).toBeLessThanOrEqual(1);
    }
  });

  test('a function of seed and epoch; in time every clip of a large class is seen', () => {
    expect(balancedOrder(labels, 3, 7)).toEqual(order);
    expect(balancedOrder(labels, 4, 7)).not.toEqual(order);
    expect(balancedOrder(labels, 3, 8)).not.toEqual(order);
    const seen = new Set(
      Array.from({ length: 20 }, (_, epoch) => [...balancedOrder(labels, epoch, 7)]).flat(),
    );
    expect(seen.size).toBe(50);
  });

  test('classes are spread over the epoch', () => {
    const first = [...order.subarray(0, 25)].map((i) => labels[i]!);
    expect(countBy(first)[0]).toBeGreaterThan(3);
  });
});

test('shuffled: every clip once', () => {
  expect([...epochOrder(9, 1, 2)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(epochOrder(9, 1, 2)).not.toEqual(epochOrder(9, 2, 2));
});

test('repeats count how often a clip has been there', () => {
  expect([...repeatsIn(Uint32Array.of(4, 1, 4, 4, 1, 0))]).toEqual([0, 0, 1, 2, 1, 0]);
});

test('batches follow one another; the last one is what is left', () => {
  expect([0, 1, 2].map((number) => batchPlaces(number, 3, 8))).toEqual([[0, 1, 2], [3, 4, 5], [6, 7]]); // biome-ignore format: rows
});
