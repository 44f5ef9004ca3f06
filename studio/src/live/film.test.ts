import '../design/image-data.test.util.js';
import { expect, test } from 'vitest';
import { filmImage } from './film.js';

const frames = (count: number) => ({
  data: Uint8Array.from({ length: count * 3 }, (_, i) => 10 * Math.floor(i / 3)),
  count,
  height: 1,
  width: 1,
});

test('the film has the frames above, and what changed below', () => {
  const { data, width, height } = filmImage(frames(3));
  expect([width, height]).toEqual([3, 2]);
  const reds = [...data].filter((_, i) => i % 4 === 0);
  expect(reds).toEqual([0, 10, 20, 0, 30, 30]);
});
