import type { Clip } from 'kinora/workbench';
import { expect, it } from 'vitest';
import { type Filter, groupClips, matching, sortClips } from './arrange.js';

const clip = (id: string, seconds: number | null, modified = 0): Clip => ({
  id,
  class: id.split('/')[0]!,
  person: /\/(\w+)-/.exec(id)?.[1] ?? null,
  part: id.includes('/ben') ? 'validation' : null,
  bytes: 1,
  modified,
  frames: null,
  seconds,
  width: null,
  height: null,
  problem: seconds === null ? 'empty' : null,
  version: '1',
});
const clips = [
  clip('wave/anna-10.webm', 2, 5),
  clip('wave/anna-2.webm', 3, 9),
  clip('bend/ben-1.webm', null, 7),
  clip('bend/anna-1.webm', 1, 1),
];
const EVERYTHING: Filter = { class: '', person: '', part: '', search: '', broken: false };
const ids = (found: readonly Clip[]): string[] => found.map(({ id }) => id.replace('.webm', ''));

it('filters by class, person, list, name and state', () => {
  const found = (filter: Partial<Filter>): string[] => ids(matching(clips, { ...EVERYTHING, ...filter }));
  expect(found({})).toHaveLength(4);
  expect(found({ class: 'wave' })).toEqual(['wave/anna-10', 'wave/anna-2']);
  expect(found({ person: 'anna', search: 'BEND' })).toEqual(['bend/anna-1']);
  expect(found({ part: 'none' })).not.toContain('bend/ben-1');
  expect(found({ part: 'validation' })).toEqual(['bend/ben-1']);
  expect(found({ broken: true })).toEqual(['bend/ben-1']);
});

it('sorts by what a network says, and clips that it has not seen last', () => {
  const judged = new Map(
    (
      [
        ['wave/anna-10.webm', 0.2, 0.9],
        ['bend/anna-1.webm', 3, 0.6],
        ['wave/anna-2.webm', 0.7, 0.5],
      ] as const
    ).map(([id, loss, confidence]) => [id, { id, answer: 'wave', loss, confidence }]),
  );
  expect(ids(sortClips(clips, 'loss', judged))).toEqual([
    'bend/anna-1',
    'wave/anna-2',
    'wave/anna-10',
    'bend/ben-1',
  ]);
  expect(ids(sortClips(clips, 'confidence', judged))).toEqual([
    ...['wave/anna-2', 'bend/anna-1', 'wave/anna-10', 'bend/ben-1'],
  ]);
  expect(ids(sortClips(clips, 'loss'))).toEqual(ids(clips));
});

it('sorts numbers in names by value, and unknown lengths last', () => {
  expect(ids(sortClips(clips, 'name'))).toEqual(['bend/anna-1', 'bend/ben-1', 'wave/anna-2', 'wave/anna-10']);
  expect(ids(sortClips(clips, 'shortest'))).toEqual([
    'bend/anna-1',
    'wave/anna-10',
    'wave/anna-2',
    'bend/ben-1',
  ]);
  expect(ids(sortClips(clips, 'longest')).at(-1)).toBe('bend/ben-1');
  expect(ids(sortClips(clips, 'newest'))[0]).toBe('wave/anna-2');
});

it('groups by class or person in the order of their names', () => {
  expect(groupClips(clips, 'class').map(({ name, items }) => [name, items.length])).toEqual([
    ['bend', 2],
    ['wave', 2],
  ]);
  expect(groupClips(clips, 'person').map(({ name }) => name)).toEqual(['anna', 'ben']);
  expect(groupClips(clips, 'none')).toEqual([{ name: '', items: clips }]);
});
