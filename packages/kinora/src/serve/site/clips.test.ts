import { describe, expect, it } from 'vitest';
import { chooseClips, sampleItems } from './clips.js';

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

describe('the clips of a site', () => {
  const items = [item(1, 0), item(2, 1), item(3, 0), item(4, 1), item(5, 1)];
  const list = { labels, items, dropped: 0 };
  const chosen = async (answers: Record<string, string>) =>
    (await chooseClips(list, async ({ id }) => answers[id]!)).map(({ item, answer }) => [item.id, answer]);

  it('are shown with what the network says, right or wrong', async () => {
    expect(await chosen({ 1: 'b', 2: 'b' })).toEqual([
      ['1', 'b'],
      ['2', 'b'],
    ]);
  });

  it('hold a mistake, and a clip that it knows, wherever the list has one', async () => {
    expect(await chosen({ 1: 'a', 2: 'b', 3: 'a', 4: 'd', 5: 'a' })).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['4', 'd'],
    ]);
    expect(await chosen({ 1: 'c', 2: 'c', 3: 'c', 4: 'c', 5: 'b' })).toEqual([
      ['1', 'c'],
      ['2', 'c'],
      ['5', 'b'],
    ]);
    expect(await chosen({ 1: 'a', 2: 'b', 3: 'a', 4: 'b', 5: 'b' })).toHaveLength(2);
  });
});
