import { expect, test } from 'vitest';
import { type ClipItem, type ClipList, clipsPerClass } from './clip-list.js';
import { divide } from './divide.js';

/** One string a class: a letter for each clip, who is in it. */
function listOf(...classes: string[]): { list: ClipList; groups: Int32Array } {
  const items: ClipItem[] = classes.flatMap((people, label) =>
    [...people].map((person, i) => ({ id: `${label}/${person}${i}`, path: '', label })),
  );
  const groups = Int32Array.from(classes.join(''), (person) => person.charCodeAt(0));
  return { list: { labels: classes.map(String), items, dropped: 0 }, groups };
}

const counts = (list: ClipList, items: readonly ClipItem[]) => clipsPerClass({ ...list, items });

test('clips of nobody known: the share of every class, to the clip', () => {
  const alone = Array.from({ length: 150 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
  const { list, groups } = listOf(alone.slice(0, 100), alone.slice(100, 140), alone.slice(140));
  const { train, validation, uncovered } = divide(list, groups, { share: 0.2, seed: 1 });
  expect(counts(list, validation)).toEqual([20, 8, 2]);
  expect(train.length + validation.length).toBe(150);
  expect(uncovered).toEqual([]);
});

test('a person is on one side, whatever the seed, and every class keeps training clips', () => {
  const { list, groups } = listOf('aabbccdde', 'aabbccdd', 'eeeeabcd', 'ab');
  for (let seed = 0; seed < 50; seed++) {
    const { train, validation } = divide(list, groups, { share: 0.25, seed });
    const side = (items: readonly ClipItem[]) => new Set(items.map(({ id }) => id[2]));
    expect([...side(train)].filter((person) => side(validation).has(person))).toEqual([]);
    expect(Math.min(...counts(list, train))).toBeGreaterThan(0);
    expect(counts(list, validation).filter((n) => n > 0).length).toBeGreaterThan(2);
  }
  expect(divide(list, groups, { share: 0.25, seed: 3 })).toEqual(
    divide(list, groups, { share: 0.25, seed: 3 }),
  );
});

test('of two people each side gets one; a class of one person is reported', () => {
  const { list, groups } = listOf('aaabbb', 'ab', 'aa');
  const { validation, uncovered } = divide(list, groups, { share: 0.2, seed: 1 });
  expect(new Set(validation.map(({ id }) => id[2]))).toEqual(new Set('b'));
  expect(uncovered).toEqual(['aa']);
});

test('one person cannot be divided', () => {
  const { list, groups } = listOf('aaa', 'aa');
  expect(divide(list, groups, { share: 0.5, seed: 1 }).validation).toEqual([]);
});
