import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flipMap, gestureLabels, orderPairs, playback } from './labels.js';

const data = process.env.KINORA_TEST_DATA ?? join(process.cwd(), '../shared/data');
const official = join(data, 'jester-annotations/jester-v1-labels.csv');

test.skipIf(!existsSync(official))(
  "the labels are Jester's, in its order (skipped without its lists)",
  () => {
    expect(readFileSync(official, 'utf8').trim().split(/\r?\n/)).toEqual([...gestureLabels]);
  },
);

test('there are 27 different labels', () => expect(new Set(gestureLabels).size).toBe(27));

test('each label is in one order-only pair at most', () => {
  const paired = orderPairs.flat();
  expect(new Set(paired).size).toBe(20);
});

test('the second label of a pair plays the first one backwards, the others play themselves', () => {
  expect(playback('Swiping Right')).toEqual({ played: 'Swiping Left', reversed: true });
  expect(playback('Swiping Left')).toEqual({ played: 'Swiping Left', reversed: false });
  expect(playback('Thumb Down')).toEqual({ played: 'Thumb Down', reversed: false });
});

test('mirroring twice gives the label back', () => {
  expect(Object.keys(flipMap)).toHaveLength(6);
  for (const [from, to] of Object.entries(flipMap)) {
    expect(gestureLabels).toContain(from);
    expect(flipMap[to]).toBe(from);
  }
});
