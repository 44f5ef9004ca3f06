import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { colourDepth, halfBlocks, stills } from './picture.js';

const picture = (height: number, width: number, ...values: number[]) => ({
  height,
  width,
  data: Uint8Array.from(values),
});

test('a cell shows two pixels, the upper one as the block and the lower one behind it', () => {
  const column = picture(2, 1, 255, 0, 0, 0, 128, 255);
  expect(halfBlocks([column], 24)).toEqual(['\u001b[38;2;255;0;0;48;2;0;128;255m▀\u001b[0m']);
});

test('an odd last row has nothing behind it', () => {
  const column = picture(3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(halfBlocks([column], 24)[1]).toBe('\u001b[38;2;7;8;9;49m▀\u001b[0m');
});

test('pictures stand side by side', () => {
  const dot = picture(1, 1, 0, 0, 0);
  const [line] = halfBlocks([dot, dot], 24, 2);
  expect(stripVTControlCharacters(line!)).toBe('▀  ▀');
});

test.each([
  ['black', [0, 0, 0], 16],
  ['white', [255, 255, 255], 231],
  ['pure green', [0, 255, 0], 46],
  ['a grey between the levels of the cube', [118, 118, 118], 243],
  ['a colour near the cube', [250, 130, 10], 208],
])('256 colours: %s', (_, rgb, index) => {
  expect(halfBlocks([picture(1, 1, ...rgb)], 8)[0]).toBe(`\u001b[38;5;${index};49m▀\u001b[0m`);
});

test.each([
  ['a terminal of 24 bits', true, 24, 24],
  ['a terminal of 256 colours', true, 8, 8],
  ['a terminal of 16 colours', true, 4, undefined],
  ['a file', undefined, 24, undefined],
])('%s', (_, isTTY, bits, depth) => {
  expect(colourDepth({ ...(isTTY && { isTTY }), getColorDepth: () => bits })).toBe(depth);
});

test('stills are spread evenly over the clip', () => {
  const data = Uint8Array.from({ length: 8 * 4 * 4 * 3 }, (_, i) => Math.floor(i / 48));
  const shown = stills({ data, count: 8, height: 4, width: 4 }, 4, 2);
  expect(shown.map(({ width, height }) => [width, height])).toEqual(Array(4).fill([2, 2]));
  expect(shown.map((still) => still.data[0])).toEqual([1, 3, 5, 7]);
});
