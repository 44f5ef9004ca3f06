/**
 * Convolution of one channel, written for reading: PyTorch's `conv3d` (a cross-correlation: the kernel is not
 * flipped) with one input and one output channel. In two dimensions time has length 1.
 */
import { at, type Size3, type Volume, volume } from './volume.js';

export interface ConvolutionSettings {
  readonly stride: Size3;
  readonly padding: Size3;
  readonly dilation: Size3;
}

export const plain: ConvolutionSettings = { stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1] };

/** One product of a sum: a cell of the input (0 where it lies in the padding) and its weight. */
export interface Tap {
  /** Where in the input; outside of it in the padding. */
  readonly place: Size3;
  readonly inside: boolean;
  readonly value: number;
  readonly weight: number;
}

/** `floor((n + 2 p - d (k - 1) - 1) / s) + 1` along each axis; below 1 where the kernel does not fit. */
export function outputSize(
  input: Size3,
  kernel: Size3,
  { stride, padding, dilation }: ConvolutionSettings,
): Size3 {
  const along = (i: 0 | 1 | 2): number =>
    Math.floor((input[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1;
  return [along(0), along(1), along(2)];
}

/** The cell of the input under the kernel's first weight when output cell `place` is computed. */
export function corner(place: Size3, { stride, padding }: ConvolutionSettings): Size3 {
  const along = (i: 0 | 1 | 2): number => place[i] * stride[i] - padding[i];
  return [along(0), along(1), along(2)];
}

/** The products whose sum is output cell `place`, in the order of the kernel's weights. */
export function taps(input: Volume, kernel: Volume, settings: ConvolutionSettings, place: Size3): Tap[] {
  const [t0, y0, x0] = corner(place, settings);
  const { dilation } = settings;
  const [frames, height, width] = input.size;
  const found: Tap[] = [];
  volume(kernel.size, (kt, ky, kx) => {
    const [t, y, x] = [t0 + kt * dilation[0], y0 + ky * dilation[1], x0 + kx * dilation[2]];
    const inside = t >= 0 && t < frames && y >= 0 && y < height && x >= 0 && x < width;
    return found.push({
      place: [t, y, x],
      inside,
      value: at(input, t, y, x),
      weight: at(kernel, kt, ky, kx),
    });
  });
  return found;
}

export const sumOf = (terms: readonly Tap[]): number =>
  terms.reduce((sum, { value, weight }) => sum + value * weight, 0);

/** Every output cell. A size below 1 along any axis gives an empty volume. */
export function convolve(input: Volume, kernel: Volume, settings: ConvolutionSettings = plain): Volume {
  const size = outputSize(input.size, kernel.size, settings);
  if (size.some((length) => length < 1)) return { values: new Float32Array(0), size: [0, 0, 0] };
  const [kt, kh, kw] = kernel.size;
  const { dilation } = settings;
  return volume(size, (...place) => {
    const [t0, y0, x0] = corner(place, settings);
    let sum = 0;
    for (let t = 0; t < kt; t++)
      for (let y = 0; y < kh; y++)
        for (let x = 0; x < kw; x++)
          sum +=
            at(input, t0 + t * dilation[0], y0 + y * dilation[1], x0 + x * dilation[2]) * at(kernel, t, y, x);
    return sum;
  });
}
