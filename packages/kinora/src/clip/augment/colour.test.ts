/** Colour jitter: each change against its definition. */
import { expect, test } from 'vitest';
import { normaliseClip } from '../normalise.js';
import { changesNothing, colourMap, colourMatrix, meanLuma, sameColours } from './colour.js';

const pixels = [200, 40, 90, 10, 20, 30, 128, 128, 128, 255, 255, 255];

function changed(change: Partial<typeof sameColours>, mean = 100): number[] {
  const data = Uint8Array.from(pixels);
  colourMap(colourMatrix({ ...sameColours, ...change }, mean))(data, 0, data.length);
  return [...data];
}

function near(a: number[], b: number[]): void {
  for (const [i, v] of a.entries()) {
    expect(Math.abs(v - Math.min(255, Math.max(0, b[i]!)))).toBeLessThanOrEqual(1);
  }
}

test('no change is the identity', () => {
  expect(changesNothing(sameColours)).toBe(true);
  expect(changed({})).toEqual(pixels);
});

test('brightness scales, contrast turns about the mean', () => {
  near(changed({ brightness: 1.3 }), pixels.map((v) => v * 1.3)); // biome-ignore format: one line
  near(changed({ contrast: 0.5 }), pixels.map((v) => 50 + v * 0.5)); // biome-ignore format: one line
});

test('brightness and contrast give each of the 256 values what the matrix gives it', () => {
  const matrix = colourMatrix({ ...sameColours, brightness: 1.17, contrast: 0.83 }, 91);
  const data = Uint8Array.from({ length: 768 }, (_, i) => i / 3);
  colourMap(matrix)(data, 0, data.length);
  const [gain, offset] = [matrix[0]!, matrix[3]!].map((value) => Math.round(value * 65536)) as [
    number,
    number,
  ];
  const expected = Array.from({ length: 256 }, (_, value) =>
    Math.max(0, Math.min(255, (gain * value + offset + 32768) >> 16)),
  );
  expect(Array.from({ length: 768 }, (_, i) => expected[Math.floor(i / 3)])).toEqual([...data]);
});

test('no saturation leaves the luma', () => {
  const grey = [200, 40, 90].map(() => 0.299 * 200 + 0.587 * 40 + 0.114 * 90);
  near(changed({ saturation: 0 }).slice(0, 3), grey);
});

test('hue moves colours, keeps grey and luma, and a whole turn is nothing', () => {
  const turned = changed({ hue: 0.25 });
  expect(turned.slice(0, 3)).not.toEqual(pixels.slice(0, 3));
  near(turned.slice(6), pixels.slice(6));
  near(changed({ hue: 1 }), pixels);
});

test('the mean grey level', () => {
  expect(meanLuma(new Uint8Array(300).fill(77))).toBeCloseTo(77, 6);
});

test('normalising: channels first, float32 as (p / 255 - mean) / std step by step', () => {
  const out = normaliseClip(
    Uint8Array.from([255, 0, 51, 0, 255, 102]),
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  );
  const f = Math.fround;
  expect(out[0]).toBe(f(f(1 - f(0.485)) / f(0.229)));
  expect(out[3]).toBe(f(f(1 - f(0.456)) / f(0.224)));
  expect(out[4]).toBe(f(f(f(51 / 255) - f(0.406)) / f(0.225)));
});
