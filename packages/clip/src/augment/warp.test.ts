/** The WebAssembly of the bilinear warp gives the pixels of the definition. */
import { expect, test } from 'vitest';
import { type Frames, frameBytes } from '../frames.js';
import { type ColourMatrix, colourMatrix, recolour, sameColours } from './colour.js';
import type { Matrix } from './matrix.js';
import { randomStream } from './random.js';
import { warp } from './warp.js';

const random = randomStream(3);
const ONE = 1 << 16;

function noise(count: number, height: number, width: number): Frames {
  const data = Uint8Array.from({ length: frameBytes(height, width, count) }, () => random.uint32());
  return { data, count, height, width };
}

/** One channel of one output pixel by the definition: four neighbours, 11-bit weights, rounded once. */
function defined(source: Frames, [a, b, c, d, e, f]: Matrix, [t, y, x, channel]: number[]): number {
  const point = (value: number): number => Math.floor(value * ONE + 0.5);
  const sx = point(c + a / 2 + b / 2) + y! * point(b) + x! * point(a);
  const sy = point(f + d / 2 + e / 2) + y! * point(e) + x! * point(d);
  if (sx < 0 || sx >= source.width * ONE || sy < 0 || sy >= source.height * ONE) return 0;
  const [left, above] = [Math.floor(sx / ONE - 0.5), Math.floor(sy / ONE - 0.5)];
  const [wx, wy] = [sx - ONE / 2 - left * ONE, sy - ONE / 2 - above * ONE].map((w) => Math.floor(w / 32));
  const at = (row: number, column: number): number => {
    const inFrame = Math.min(source.height - 1, Math.max(0, row)) + t! * source.height;
    const inRow = Math.min(source.width - 1, Math.max(0, column));
    return source.data[(inFrame * source.width + inRow) * 3 + channel!]!;
  };
  const across = (row: number): number => at(row, left) * (2048 - wx!) + at(row, left + 1) * wx!;
  return Math.floor((across(above) * (2048 - wy!) + across(above + 1) * wy!) / 2 ** 22 + 0.5);
}

/** All of `out` by the definition, colours changed afterwards. */
function expected(source: Frames, out: Frames, matrix: Matrix, colours?: ColourMatrix): Uint8Array {
  const { height, width } = out;
  const data = Uint8Array.from(out.data, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [row, x] = [Math.floor(pixel / width), pixel % width];
    return defined(source, matrix, [Math.floor(row / height), row % height, x, i % 3]);
  });
  if (colours !== undefined) recolour(data, colours);
  return data;
}

const near = (centre: number, reach: number): number => random.uniform(centre - reach, centre + reach);
const anyMatrix = (): Matrix => [near(1, 2), near(0, 0.5), near(8, 9), near(0, 0.5), near(1, 2), near(8, 9)];

test('every pixel is the definition, whatever the matrix', () => {
  for (let trial = 0; trial < 60; trial++) {
    const source = noise(1, 1 + (random.uint32() % 40), 1 + (random.uint32() % 40));
    const [out, matrix] = [noise(1, 11, 13), anyMatrix()];
    warp(source, out, matrix, 'bilinear');
    expect(out.data, `trial ${trial}, ${matrix}`).toEqual(expected(source, out, matrix));
  }
});

test.each([2, 8, 9, 17])('%d frames are each as one alone, and nothing around them is touched', (count) => {
  const [source, matrix] = [noise(count, 21, 17), anyMatrix()];
  const around = new Uint8Array(frameBytes(9, 10, count) + 20).fill(7);
  const out = { count, height: 9, width: 10, data: around.subarray(10, -10) };
  warp(source, out, matrix, 'bilinear');
  expect(out.data).toEqual(expected(source, out, matrix));
  expect([...around.subarray(0, 10), ...around.subarray(-10)]).toEqual(Array(20).fill(7));
});

test.each([
  ['in the same pass', { brightness: 1.31, contrast: 0.4 }],
  ['darker', { brightness: 0.2, contrast: 1.9 }],
  ['where channels mix', { brightness: 1.2, saturation: 0.5, hue: 0.2 }],
])('colours, %s: pixels rounded first, then changed, black too', (_, change) => {
  const colours = colourMatrix({ ...sameColours, ...change }, 90);
  for (let trial = 0; trial < 10; trial++) {
    const [source, out, matrix] = [noise(3, 30, 20), noise(3, 11, 13), anyMatrix()];
    warp(source, out, matrix, 'bilinear', colours);
    expect(out.data).toEqual(expected(source, out, matrix, colours));
  }
});

test('memory grows to the largest frames, and smaller ones still fit', () => {
  const matrix: Matrix = [1, 0, 0.25, 0, 1, 0.5];
  for (const side of [20, 400, 20]) {
    const [source, out] = [noise(2, side, side), noise(2, side, side)];
    warp(source, out, matrix, 'bilinear');
    const last = side - 1;
    for (const at of [
      [0, 0, 0, 1],
      [1, last, last, 2],
      [0, 0, last, 0],
    ]) {
      // biome-ignore format: corners
      const [t, y, x, channel] = at as [number, number, number, number];
      expect(out.data[((t * side + y) * side + x) * 3 + channel]).toBe(defined(source, matrix, at));
    }
  }
});
