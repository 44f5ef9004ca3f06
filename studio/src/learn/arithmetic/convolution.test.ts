import { expect, it } from 'vitest';
import { convolve, outputSize, plain, sumOf, taps } from './convolution.js';
import { at, frameOf, shrink, type Volume, volume } from './volume.js';

const counting = (size: readonly [number, number, number]): Volume => {
  let i = 0;
  return volume(size, () => i++);
};

it('gives the value of every cell as the sum of its written-out products', () => {
  const input = volume([4, 6, 5], (t, y, x) => Math.sin(7 * t + 3 * y + x));
  const kernel = volume([2, 3, 3], (t, y, x) => Math.cos(5 * t + 2 * y + x));
  const settings = { stride: [1, 2, 1], padding: [1, 1, 2], dilation: [2, 1, 2] } as const;
  const output = convolve(input, kernel, settings);
  expect(output.size).toEqual(outputSize(input.size, kernel.size, settings));
  volume(output.size, (...place) => {
    expect(sumOf(taps(input, kernel, settings, place))).toBeCloseTo(at(output, ...place), 5);
    return 0;
  });
});

it('equals conv2d of PyTorch 1.13', () => {
  // F.conv2d(torch.arange(16.).view(1,1,4,4), torch.arange(9.).view(1,1,3,3), stride=2, padding=1)
  const output = convolve(counting([1, 4, 4]), counting([1, 3, 3]), {
    stride: [1, 2, 2],
    padding: [0, 1, 1],
    dilation: [1, 1, 1],
  });
  expect(output).toEqual({ size: [1, 2, 2], values: Float32Array.of(73, 154, 279, 438) });
});

it('equals conv3d of PyTorch 1.13, dilated along time', () => {
  // F.conv3d(torch.arange(36.).view(1,1,4,3,3), torch.arange(8.).view(1,1,2,2,2), dilation=(2,1,1))
  const output = convolve(counting([4, 3, 3]), counting([2, 2, 2]), { ...plain, dilation: [2, 1, 1] });
  expect(output).toEqual({
    size: [2, 2, 2],
    values: Float32Array.of(466, 494, 550, 578, 718, 746, 802, 830),
  });
});

it('marks cells in the padding, and counts them as zero', () => {
  const settings = { ...plain, padding: [0, 1, 1] } as const;
  const corner = taps(counting([1, 3, 3]), counting([1, 3, 3]), settings, [0, 0, 0]);
  expect(corner.map(({ inside }) => inside)).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
    false,
    true,
    true,
  ]);
  expect(corner[0]).toEqual({ place: [0, -1, -1], inside: false, value: 0, weight: 0 });
});

it('gives nothing where the kernel does not fit', () => {
  expect(convolve(counting([1, 3, 3]), counting([1, 3, 3]), { ...plain, dilation: [1, 2, 2] }).size).toEqual([
    0, 0, 0,
  ]);
});

it('shrinks by means of blocks, and shares memory between a volume and its frames', () => {
  expect(shrink(counting([2, 2, 3]), 2)).toEqual({ size: [2, 1, 1], values: Float32Array.of(2, 8) });
  const source = counting([2, 2, 2]);
  expect(frameOf(source, 1).values.buffer).toBe(source.values.buffer);
});
