import { describe, expect, test } from 'vitest';
import { gestureLabels, orderPairs } from './labels.js';
import {
  defaultRecipe,
  listFiles,
  peopleOf,
  planClips,
  type SynthRecipe,
  splits,
  storedRecipe,
} from './plan.js';

const recipe: SynthRecipe = { ...defaultRecipe, train: 10, validation: 4, test: 2, people: 30 };
const clips = planClips(recipe);

test('every split has its number of clips of every class', () => {
  for (const split of splits) {
    for (const label of gestureLabels) {
      const these = clips.filter((clip) => clip.split === split && clip.request.label === label);
      expect(these).toHaveLength(recipe[split]);
    }
  }
});

test('nobody is in two splits', () => {
  const seen = splits.map(
    (split) => new Set(clips.filter((c) => c.split === split).map((c) => c.request.person)),
  );
  expect(seen[0]!.size + seen[1]!.size + seen[2]!.size).toBe(
    new Set(clips.map((c) => c.request.person)).size,
  );
  for (const people of [3, 4, 7, 30, 1000]) {
    const groups = Object.values(peopleOf({ ...recipe, people }));
    expect(groups.every((group) => group.length > 0)).toBe(true);
    expect(new Set(groups.flat()).size).toBe(people);
    expect(groups.flat()).toHaveLength(people);
  }
});

test('the two gestures of an order-only pair have the same people, as often', () => {
  const people = (label: string) =>
    clips
      .filter((c) => c.request.label === label)
      .map((c) => `${c.split} ${c.request.person}`)
      .sort();
  for (const [a, b] of orderPairs) expect(people(a)).toEqual(people(b));
});

test('ids and takes are unique, and ids do not reveal the label', () => {
  expect(new Set(clips.map((c) => c.id)).size).toBe(clips.length);
  expect(new Set(clips.map((c) => c.request.take)).size).toBe(clips.length);
  const classes = clips.map((c) => gestureLabels.indexOf(c.request.label));
  const rises = classes.filter((c, i) => i > 0 && c >= classes[i - 1]!).length;
  expect(rises / classes.length).toBeGreaterThan(0.4);
  expect(rises / classes.length).toBeLessThan(0.62);
});

describe('lists', () => {
  const files = listFiles(clips);
  const rows = (name: string) => files[name]!.trimEnd().split('\n');

  test('train and validation have labels, test has none, its key has them', () => {
    expect(rows('train.csv')).toHaveLength(270);
    expect(rows('train.csv').every((row) => gestureLabels.includes(row.split(';')[1] as never))).toBe(true);
    expect(rows('test.csv')).toHaveLength(54);
    expect(rows('test.csv').every((row) => /^\d+$/.test(row))).toBe(true);
    expect(rows('test-key.csv').map((row) => row.split(';')[0])).toEqual(rows('test.csv'));
    expect(rows('labels.csv')).toEqual([...gestureLabels]);
  });
});

test.each([
  [{ people: 2 }, 'people: expected a whole number of at least 3, received 2'],
  [{ train: 0 }, 'train: expected a whole number of at least 1, received 0'],
  [{ seed: 0.5 }, 'seed: expected a whole number of at least 0, received 0.5'],
])('%o is refused', (over, message) => expect(() => planClips({ ...recipe, ...over })).toThrow(message));

test("a set of Jester's height is stored as before there was a height, another one with it", () => {
  expect(Object.keys(storedRecipe(recipe))).toEqual([
    'renderer',
    'seed',
    'train',
    'validation',
    'test',
    'people',
  ]);
  expect(storedRecipe({ ...recipe, height: 50 })).toEqual({ ...storedRecipe(recipe), height: 50 });
});

test.each([23, 801, 50.5])('a height of %d is refused', (height) => {
  expect(() => planClips({ ...recipe, height })).toThrow(
    `synthetic data set, height: expected a whole number of at least 24 and at most 800, received ${height}`,
  );
});
