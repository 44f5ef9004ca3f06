import type { Layer } from '@kinora/recognizer';
import { expect, it } from 'vitest';
import type { Tensor } from '../../network/safetensors.js';
import { computeCell, type Maps } from './cell.js';

const layer = (type: string, window?: Layer['window']): Layer => ({
  path: 'layer',
  type,
  output: 'layer',
  shape: [],
  ...(window && { window }),
});
const weights = (tensors: Record<string, number[]>): Map<string, Tensor> =>
  new Map(
    Object.entries(tensors).map(([name, values]) => [
      `layer.${name}`,
      { shape: [values.length], values: Float32Array.from(values) },
    ]),
  );
const counting = (...shape: number[]): Maps => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
});
const at = (channel: number, t = 0, y = 0, x = 0) => ({ channel, at: [t, y, x] as const });
const window = { kernel: [1, 2, 2], stride: [1, 1, 1], padding: [0, 1, 1], dilation: [1, 1, 1], groups: 1 };

it('convolves over all input channels, leaves out the padding, adds the bias', () => {
  const computed = computeCell(
    layer('Conv3d', window),
    counting(2, 1, 2, 2),
    weights({ weight: [1, 2, 3, 4, 5, 6, 7, 8, ...Array(8).fill(0)], bias: [0.5, 9] }),
    at(0),
  )!;
  // Only the last weight of each channel lies inside: 4 * 0 + 8 * 4.
  expect(computed.terms.map(({ factor }) => factor)).toEqual([4, 8, 1]);
  expect(computed.value).toBe(32.5);
});

it('convolves in groups', () => {
  const grouped = { ...window, kernel: [1, 1, 1], padding: [0, 0, 0], groups: 2 };
  const both = weights({ weight: [10, 100], bias: [0, 0] });
  expect(computeCell(layer('Conv3d', grouped), counting(2, 1, 1, 1), both, at(1))!.value).toBe(100);
});

it('multiplies a row of a linear layer', () => {
  const trained = weights({ weight: [0, 0, 0, 1, 2, 3], bias: [0, 10] });
  expect(computeCell(layer('Linear'), counting(3, 1, 1, 1), trained, at(1))!.value).toBe(18);
});

it('normalises by the running statistics', () => {
  const trained = weights({ weight: [2], bias: [1], running_mean: [3], running_var: [4 - 1e-5] });
  const input = { shape: [1, 1, 1, 1], values: Float32Array.of(7) };
  expect(computeCell(layer('BatchNorm3d'), input, trained, at(0))!.value).toBeCloseTo(5, 6);
});

it('computes LeakyReLU, mean, maximum, and the difference from the mean over time', () => {
  const compute = (type: string, input: Maps, place = at(0), pool?: Layer['window']) =>
    computeCell(layer(type, pool), input, new Map(), place)!.value;
  const pool = { ...window, stride: [1, 2, 2], padding: [0, 0, 0] };
  expect(compute('LeakyReLU', { shape: [1, 1, 1, 1], values: Float32Array.of(-2) })).toBeCloseTo(-0.02, 8);
  expect(compute('LeakyReLU', { shape: [1, 1, 1, 1], values: Float32Array.of(2) })).toBe(2);
  expect(compute('AvgPool3d', counting(1, 1, 2, 2), at(0), pool)).toBe(1.5);
  expect(compute('MaxPool3d', counting(1, 1, 2, 2), at(0), pool)).toBe(3);
  expect(compute('AdaptiveAvgPool3d', counting(1, 2, 1, 2))).toBe(1.5);
  expect(compute('Motion', counting(1, 3, 1, 1), at(0, 2))).toBe(1);
});

it('returns undefined for other layers', () => {
  expect(computeCell(layer('LSTM'), counting(1, 1, 1, 1), new Map(), at(0))).toBeUndefined();
});
