import { expect, it } from 'vitest';
import { sampleItems } from './clips.js';

const item = (id: number, label: number) => ({ id: String(id), path: `clips/${id}`, label });
const labels = ['a', 'b', 'c', 'd'];

it('takes the first clip of evenly spaced labels, and leaves out labels without clips', () => {
  const items = [item(1, 3), item(2, 0), item(3, 0), item(4, 3), item(5, 1)];
  const ids = (count: number) => sampleItems({ labels, items, dropped: 0 }, count).map(({ id }) => id);
  expect(ids(9)).toEqual(['2', '5', '1']);
  expect(ids(1)).toEqual(['2']);
  expect(ids(2)).toEqual(['2', '5']);
});

it('takes nothing of nothing', () => {
  expect(sampleItems({ labels, items: [], dropped: 0 }, 9)).toEqual([]);
});
