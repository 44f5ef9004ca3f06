import { expect, it } from 'vitest';
import { NONE, retain, select, selectAll } from './selection.js';

const order = ['a', 'b', 'c', 'd', 'e'];

it('selects one, toggles, and extends from the last one that was clicked', () => {
  const one = select(NONE, order, 1, 'one');
  expect([...one.ids]).toEqual(['b']);
  const range = select(one, order, 3, 'range');
  expect([...range.ids]).toEqual(['b', 'c', 'd']);
  expect([...select(range, order, 0, 'range').ids]).toEqual(['a', 'b']);
  const without = select(range, order, 2, 'toggle');
  expect([...without.ids]).toEqual(['b', 'd']);
  expect([...select(without, order, 2, 'toggle').ids]).toEqual(['b', 'd', 'c']);
});

it('moves the focus without selecting, and ignores what is not there', () => {
  const moved = select(select(NONE, order, 1, 'one'), order, 4, 'move');
  expect([[...moved.ids], moved.active]).toEqual([['b'], 4]);
  expect(select(moved, order, 5, 'one')).toBe(moved);
});

it('forgets items that are gone', () => {
  const all = select(selectAll(order, NONE), order, 4, 'move');
  const left = retain(all, ['b', 'c']);
  expect([[...left.ids], left.active]).toEqual([['b', 'c'], 1]);
  expect(retain(all, []).active).toBe(0);
});
