import '../design/image-data.test.util.js';
import { expect, test } from 'vitest';
import { framesOf, moveEnd, stripOf } from './trim.js';

/** Frames of 1 x 2 pixels: frame t has the levels 10 t and 10 t + 1. */
const frames = (count: number) => ({
  data: Uint8Array.from({ length: count * 6 }, (_, i) => 10 * Math.floor(i / 6) + Math.floor((i % 6) / 3)),
  count,
  height: 1,
  width: 2,
});

test('a part has its own frames, and all of them where none was chosen', () => {
  const { data, count } = framesOf(frames(5), { from: 1, until: 3 });
  expect([count, ...data.filter((_, i) => i % 3 === 0)]).toEqual([2, 10, 11, 20, 21]);
  const all = frames(5);
  expect(framesOf(all, undefined)).toBe(all);
});

test('ends stay within the recording and apart from each other', () => {
  const part = { from: 2, until: 8 };
  expect(moveEnd(part, 'from', 4, 10, 3)).toEqual({ from: 4, until: 8 });
  expect(moveEnd(part, 'from', 7, 10, 3)).toEqual({ from: 5, until: 8 });
  expect(moveEnd(part, 'from', -1, 10, 3)).toEqual({ from: 0, until: 8 });
  expect(moveEnd(part, 'until', 3, 10, 3)).toEqual({ from: 2, until: 5 });
  expect(moveEnd(part, 'until', 12, 10, 3)).toEqual({ from: 2, until: 10 });
  expect(moveEnd({ from: 0, until: 2 }, 'from', 1, 2, 6), 'a recording shorter than that').toEqual({
    from: 0,
    until: 2,
  });
});

test('the strip shows the first frame, the last, and some between', () => {
  const { data, width, height } = stripOf(frames(5), 3);
  expect([width, height]).toEqual([6, 1]);
  expect([...data].filter((_, i) => i % 4 === 0)).toEqual([0, 1, 20, 21, 40, 41]);
});
