import { expect, test } from 'vitest';
import { decodeBackground, encodeBackground } from './background.js';
import { parsePostprocess } from './postprocess.js';

const rows = [Float32Array.of(1, -5, 7), Float32Array.of(3, 5, 7), Float32Array.of(2, 0, 7)];
const spec = encodeBackground(rows, [0, 0, 1]);

test('features come back within half a step of their range', () => {
  for (const [n, row] of decodeBackground(spec).entries())
    for (const [f, value] of row.entries())
      expect(Math.abs(value - rows[n]![f]!)).toBeLessThanOrEqual([2, 10, 0][f]! / 510 + 1e-6);
  expect(parsePostprocess(JSON.parse(JSON.stringify({ background: spec }))).background).toEqual(spec);
});

test.each([
  [{ ...spec, clips: 9 }, /background\.data: expected \d+ letters of base64/],
  [{ ...spec, data: '***' }, /background\.data: expected base64/],
  [{ ...spec, features: 1e9 }, /background\.features: expected a whole number/],
  [{ ...spec, movements: [0] }, /background\.movements: expected 3 numbers, received 1/],
  [{ ...spec, movements: [0, 0, -1] }, /background\.movements\.2: expected a whole number/],
])('%# is refused by name', (background, message) => {
  expect(() => parsePostprocess({ background })).toThrow(message);
});

test('no clips, and clips with other numbers of features, are refused', () => {
  expect(() => encodeBackground([], [])).toThrow(/background: expected 1 to 4096 clips/);
  expect(() => encodeBackground([Float32Array.of(1), Float32Array.of(1, 2)], [0, 0])).toThrow(/2 clips/);
});
