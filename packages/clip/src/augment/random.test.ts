/** The generator against its authors' known answers, and the fairness of what is built on it. */
import { describe, expect, test } from 'vitest';
import { permutation, philox, randomStream } from './random.js';

describe('Philox4x32-10', () => {
  // kat_vectors of the Random123 library.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('known answer %#', (counter, key, answer) => {
    const out = new Uint32Array(4);
    const [c0, c1, c2, c3] = counter as [number, number, number, number];
    philox(out, c0, c1, c2, c3, key[0]!, key[1]!);
    expect([...out]).toEqual(answer);
  });
});

test('streams repeat, and differ in every part of their name', () => {
  const first = ([seed, a, b, c]: readonly [number, number, number, number]) => {
    const stream = randomStream(seed, a, b, c);
    return Array.from({ length: 6 }, () => stream.uint32()).join();
  };
  expect(first([7, 1, 2, 3])).toBe(first([7, 1, 2, 3]));
  const names = [[7, 1, 2, 3], [8, 1, 2, 3], [7 + 2 ** 32, 1, 2, 3], [7, 0, 2, 3], [7, 1, 0, 3], [7, 1, 2, 0]] as const; // biome-ignore format: a list
  expect(new Set(names.map((name) => first(name))).size).toBe(names.length);
});

test('whole numbers are uniform', () => {
  const stream = randomStream(3);
  const seen = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) seen[stream.below(6)]!++;
  // Chi-square with 5 degrees of freedom: above 20.5 once in a thousand.
  expect(seen.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
});

test('a permutation holds every index once and favours no place', () => {
  expect([...permutation(1000, randomStream(1))].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  const firsts = new Array<number>(5).fill(0);
  for (let seed = 0; seed < 10_000; seed++) firsts[permutation(5, randomStream(seed))[0]!]!++;
  expect(firsts.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(18.5);
});
