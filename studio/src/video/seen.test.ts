import { specDefaults } from '@kinora/clip';
import { expect, test } from 'vitest';
import { partOfBox, seenPart } from './seen.js';

const spec = {
  ...specDefaults,
  resize: { rule: 'height', height: 50 },
  crop: { height: 42, width: 42 },
} as const;
const wide = { height: 720, width: 1280 };

test('a square crop is less than half of the width of a 16:9 picture, and the middle of it', () => {
  const { left, top, width, height } = seenPart(wide, spec);
  expect(width).toBeCloseTo(42 / 89, 6);
  expect(height).toBeCloseTo(0.84, 6);
  expect(left + width / 2).toBeCloseTo(0.5, 6);
  expect(top + height / 2).toBeCloseTo(0.5, 6);
});

test('a crop that is larger than the picture sees all of it', () => {
  const large = { ...spec, resize: { rule: 'none' }, crop: { height: 900, width: 900 } } as const;
  expect(seenPart({ height: 100, width: 120 }, large)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
});

test('is placed in a box that shows bars above and below the picture, or at its sides', () => {
  const whole = { left: 0, top: 0, width: 1, height: 1 };
  const box = { height: 300, width: 400 };
  expect(partOfBox(whole, wide, box)).toEqual({ left: 0, top: 0.125, width: 1, height: 0.75 });
  expect(partOfBox(whole, { height: 400, width: 300 }, box)).toEqual({
    left: expect.closeTo(0.21875, 9),
    top: 0,
    width: expect.closeTo(0.5625, 9),
    height: 1,
  });
  const square = partOfBox(seenPart(wide, spec), wide, box);
  expect((square.width * box.width) / (square.height * box.height)).toBeCloseTo(1, 1);
});
