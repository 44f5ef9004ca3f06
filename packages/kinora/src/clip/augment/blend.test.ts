/** The WebAssembly of the bilinear warp: the same bytes as its source, and the same pixels as the definition. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { frameBytes } from '../frames.js';
import { blendMemory } from './blend.js';
import type { Matrix } from './matrix.js';
import { randomStream } from './random.js';
import { type Image, warp } from './warp.js';

const random = randomStream(3);
const ONE = 1 << 16;

function noise(height: number, width: number): Image {
  const data = Uint8Array.from({ length: frameBytes(height, width) }, () => random.uint32());
  return { data, offset: 0, height, width };
}

/** One channel of one output pixel by the definition: four neighbours, 11-bit weights, rounded once. */
function defined(source: Image, [a, b, c, d, e, f]: Matrix, x: number, y: number, channel: number): number {
  const point = (value: number): number => Math.floor(value * ONE + 0.5);
  const sx = point(c + a / 2 + b / 2) + y * point(b) + x * point(a);
  const sy = point(f + d / 2 + e / 2) + y * point(e) + x * point(d);
  if (sx < 0 || sx >= source.width * ONE || sy < 0 || sy >= source.height * ONE) return 0;
  const [left, above] = [Math.floor(sx / ONE - 0.5), Math.floor(sy / ONE - 0.5)];
  const [wx, wy] = [sx - ONE / 2 - left * ONE, sy - ONE / 2 - above * ONE].map((w) => Math.floor(w / 32));
  const at = (row: number, column: number): number => {
    const inRow = Math.min(source.height - 1, Math.max(0, row)) * source.width;
    return source.data[(inRow + Math.min(source.width - 1, Math.max(0, column))) * 3 + channel]!;
  };
  const across = (row: number): number => at(row, left) * (2048 - wx!) + at(row, left + 1) * wx!;
  return Math.floor((across(above) * (2048 - wy!) + across(above + 1) * wy!) / 2 ** 22 + 0.5);
}

test('every pixel is the definition, whatever the matrix', () => {
  for (let trial = 0; trial < 60; trial++) {
    const source = noise(1 + (random.uint32() % 40), 1 + (random.uint32() % 40));
    const out = noise(11, 13);
    const near = (centre: number, reach: number): number => random.uniform(centre - reach, centre + reach);
    const matrix: Matrix = [near(1, 2), near(0, 0.5), near(8, 9), near(0, 0.5), near(1, 2), near(8, 9)];
    warp(source, out, matrix, 'bilinear');
    const expected = Array.from(out.data, (_, i) =>
      defined(source, matrix, Math.floor(i / 3) % 13, Math.floor(i / 39), i % 3),
    );
    expect([...out.data], `trial ${trial}, ${matrix}`).toEqual(expected);
  }
});

test('memory grows to the largest frame, and smaller ones still fit', () => {
  const matrix: Matrix = [1, 0, 0.25, 0, 1, 0.5];
  for (const side of [20, 400, 20]) {
    const source = noise(side, side);
    const out = noise(side, side);
    warp(source, out, matrix, 'bilinear');
    const last = side - 2;
    for (const [x, y] of [
      [0, 0],
      [last, last],
      [last, 0],
    ] as const) {
      expect(out.data[(y * side + x) * 3 + 1]).toBe(defined(source, matrix, x, y, 1));
    }
  }
  expect(blendMemory(new Uint8Array(3), 3).data.length).toBeGreaterThan(frameBytes(400, 400, 2));
});

test('what is shipped is what the text says', () => {
  const root = new URL('../../../', import.meta.url);
  const [script, shipped] = ['scripts/generate-blend.mjs', 'src/clip/augment/blend.generated.ts'];
  const made = execFileSync(process.execPath, [fileURLToPath(new URL(script, root)), '--print'], {
    encoding: 'utf8',
  });
  expect(readFileSync(new URL(shipped, root), 'utf8'), `run node packages/kinora/${script}`).toBe(made);
});
