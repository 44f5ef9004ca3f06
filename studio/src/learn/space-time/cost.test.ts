import { expect, it } from 'vitest';
import { costOf, middleChannels } from './cost.js';

const layer = { input: 64, output: 64, time: 3, plane: 3, cells: [16, 56, 56] } as const;

it('has the middle channels of R(2+1)D-18, whose first blocks have 144', () => {
  expect(middleChannels(layer)).toBe(144);
});

it('counts weights, and one multiplication per weight and output cell', () => {
  expect(costOf('2D', layer)).toEqual({ parameters: 36_864, macs: 36_864 * 50_176 });
  expect(costOf('3D', layer).parameters).toBe(3 * 36_864);
  expect(costOf('(2+1)D', layer).parameters).toBe(9 * 64 * 144 + 3 * 144 * 64);
});

it('never gives (2+1)D more weights than 3D', () => {
  for (const input of [1, 3, 16, 64])
    for (const output of [8, 16, 128]) {
      const size = { ...layer, input, output };
      expect(costOf('(2+1)D', size).parameters).toBeLessThanOrEqual(costOf('3D', size).parameters);
    }
});
