/** Colour jitter: each change against its definition. */
import { expect, test } from 'vitest';
import { normaliseClip } from '../normalise.js';
import { changesNothing, colourMatrix, gainOf, meanLuma, recolour, sameColours } from './colour.js';

const pixels = [200, 40, 90, 10, 20, 30, 128, 128, 128, 255, 255, 255];

function changed(change: Partial<typeof sameColours>, mean = 100): number[] {
  const data = Uint8Array.from(pixels);
  recolour(data, colourMatrix({ ...sameColours, ...change }, mean));
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

test('brightness and contrast change each channel by itself, the others do not', () => {
  const change = { ...sameColours, brightness: 1.17, contrast: 0.83 };
  const { gain, offset } = gainOf(colourMatrix(change, 91))!;
  expect(gain).toEqual(Array(3).fill(Math.round(1.17 * 0.83 * 65536)));
  expect(offset).toEqual(Array(3).fill(Math.round(1.17 * 0.17 * 91 * 65536) + 32768));
  expect(gainOf(colourMatrix({ ...change, saturation: 1.1 }, 91))).toBeUndefined();
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
