import { expect, it } from 'vitest';
import { type Group, layOut, neighbour, rowOf, rowsIn, totalHeight } from './rows.js';

const SIZES = { columns: 4, tile: 100, heading: 30 };
const groups: readonly Group<string>[] = [
  { name: 'Wave', items: ['a', 'b', 'c', 'd', 'e'] },
  { name: 'Bend', items: [] },
  { name: 'Jump', items: ['f', 'g'] },
];
const rows = layOut(groups, SIZES);

it('stacks headings and rows of tiles, and leaves empty groups out', () => {
  expect(rows.map(({ kind, top }) => [kind, top])).toEqual([
    ['heading', 0],
    ['tiles', 30],
    ['tiles', 130],
    ['heading', 230],
    ['tiles', 260],
  ]);
  expect(totalHeight(rows)).toBe(360);
  expect(totalHeight([])).toBe(0);
});

it('finds the rows in view', () => {
  const tops = (from: number, until: number): number[] => rowsIn(rows, from, until).map(({ top }) => top);
  expect(tops(0, 30)).toEqual([0]);
  expect(tops(29, 131)).toEqual([0, 30, 130]);
  expect(tops(230, 1000)).toEqual([230, 260]);
  expect(tops(400, 500)).toEqual([]);
});

it('finds the row of every item', () => {
  const found = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((_, index) => rowOf(rows, index)?.top);
  expect(found).toEqual([30, 30, 30, 30, 130, 260, 260]);
  expect(rowOf(rows, 7)).toBeUndefined();
  expect(rowOf(rows, -1)).toBeUndefined();
});

it('moves between rows of different lengths, and stays within the grid', () => {
  expect(neighbour(rows, 3, 'ArrowDown')).toBe(4);
  expect(neighbour(rows, 4, 'ArrowDown')).toBe(5);
  expect(neighbour(rows, 6, 'ArrowUp')).toBe(4);
  expect(neighbour(rows, 6, 'ArrowDown')).toBe(6);
  expect(neighbour(rows, 6, 'ArrowRight')).toBe(6);
  expect(neighbour(rows, 0, 'ArrowLeft')).toBe(0);
  expect(neighbour(rows, 0, 'ArrowUp')).toBe(0);
});

it('shows a screenful of ten thousand clips', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => i);
  const big = layOut([{ name: 'all', items: many }], SIZES);
  expect(totalHeight(big)).toBe(30 + 2500 * 100);
  expect(rowsIn(big, 125_000, 125_800)).toHaveLength(9);
  expect(rowOf(big, 9_999)?.items).toEqual([9_996, 9_997, 9_998, 9_999]);
});
