/** The kernel and settings shared by the figures of this chapter. */
import type { ConvolutionSettings } from '../arithmetic/convolution.js';
import type { Volume } from '../arithmetic/volume.js';
import { namedKernels } from './kernels.js';

export const bench = $state({
  weights: [...namedKernels[0]!.weights],
  stride: 1,
  padding: 0,
  dilation: 1,
});

/** `[1, 3, 3]`; a field that the reader has emptied counts as 0. */
export const kernel = (): Volume => ({
  values: Float32Array.from(bench.weights, (weight) => (Number.isFinite(weight) ? weight : 0)),
  size: [1, 3, 3],
});

export const settings = (): ConvolutionSettings => ({
  stride: [1, bench.stride, bench.stride],
  padding: [0, bench.padding, bench.padding],
  dilation: [1, bench.dilation, bench.dilation],
});
