import type { Layer } from '@kinora/recognizer';
import { expect, it } from 'vitest';
import { receptiveField } from './field.js';

const conv = (stride: number, padding: number): Layer => ({
  path: 'conv',
  type: 'Conv3d',
  output: 'conv',
  shape: [8, 16, 84, 84],
  window: {
    kernel: [3, 3, 3],
    stride: [1, stride, stride],
    padding: [1, padding, padding],
    dilation: [1, 1, 1],
    groups: 1,
  },
});
const clip = [16, 84, 84] as const;

it('is the kernel after one convolution, and grows with each further one', () => {
  expect(receptiveField([conv(1, 0)], [5, 10, 20], clip)).toEqual({ corner: [4, 10, 20], size: [3, 3, 3] });
  const two = receptiveField([conv(2, 0), conv(1, 0)], [5, 10, 20], clip);
  expect(two).toEqual({ corner: [3, 20, 40], size: [5, 7, 7] });
});

it('ends at the edges of the clip', () => {
  expect(receptiveField([conv(1, 1)], [0, 0, 83], clip)).toEqual({ corner: [0, 0, 82], size: [2, 2, 2] });
});

it('is the whole clip after a mean over everything, and for a vector', () => {
  const mean: Layer = { path: 'mean', type: 'AdaptiveAvgPool3d', output: 'mean', shape: [8, 1, 1, 1] };
  const linear: Layer = { path: 'fc', type: 'Linear', output: 'fc', shape: [27] };
  for (const layers of [[conv(1, 0), mean], [linear]])
    expect(receptiveField(layers, [0, 0, 0], clip)).toEqual({ corner: [0, 0, 0], size: clip });
});
