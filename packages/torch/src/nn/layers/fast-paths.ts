/**
 * Faster kernels for cases in which libtorch chooses a slow one. Each function returns undefined if libtorch's kernel
 * should be used. Traces, recordings and (except for `orderedMaxPool`) gradients always see the plain operators.
 */
import { isDeterministic } from '../../engine/device.js';
import { scope } from '../../engine/scope.js';
import { callOp, isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import { isGradEnabled } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isInSegment } from '../checkpoint.js';

/** The largest N * C * T * H for which libtorch avoids oneDNN. */
const KEPT = 20_480;

export interface Convolution {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/**
 * The convolution by oneDNN, equal to libtorch's up to rounding. For a single clip on the CPU, libtorch uses its
 * matrix-product kernel for small 3D convolutions (`use_mkldnn` in Convolution.cpp: one input whose first three sizes
 * multiply to no more than 20,480), which is two to eight times slower.
 */
export function directConv3d(input: Tensor, convolution: Convolution): Tensor | undefined {
  if (!isKept(input, convolution) || isObserved() || isLearning() || !hasOneDnn()) return undefined;
  return convolve(input, convolution);
}

const isLearning = (): boolean => isGradEnabled() || isInSegment();

function isKept({ shape, dtype, device }: Tensor, { weight, groups }: Convolution): boolean {
  const [n, c, t, h] = shape as unknown as [number, number, number, number];
  const [kernelHeight, kernelWidth] = weight.shape.slice(-2) as [number, number];
  if (shape.length !== 5 || n !== 1 || c * t * h > KEPT || groups > 1) return false;
  return dtype === 'float32' && device === 'cpu' && !(kernelHeight > 3 && kernelWidth > 3);
}

const convolve = (input: Tensor, { weight, bias, stride, padding, dilation, groups }: Convolution): Tensor =>
  scope(() => {
    const [x, w] = [input.contiguous(), weight.contiguous()];
    return callOp('aten::mkldnn_convolution', x, w, bias, padding, stride, dilation, groups) as Tensor;
  });

let found: boolean | undefined;

/** Some builds of libtorch have no oneDNN; a convolution of one number shows whether this one does. */
function hasOneDnn(): boolean {
  found ??= scope(() => {
    const one = ops.ones([1, 1, 1, 1, 1]);
    const none = { bias: null, stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1], groups: 1 };
    try {
      return Number(convolve(one, { weight: one, ...none }).item()) === 1;
    } catch {
      return false;
    }
  });
  return found;
}

export interface Pooling {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

/**
 * Max pooling without overlapping windows, as maxima of slices along each axis in turn, the slowest axis first. Gives
 * the same numbers as libtorch's kernel, which also records the position of each maximum for the backward pass; without
 * that, this is ten times faster on the CPU.
 */
export function directMaxPool(input: Tensor, pooling: Pooling): Tensor | undefined {
  if (input.device !== 'cpu' || !isSideBySide(pooling) || isObserved() || isGradEnabled()) return undefined;
  const { kernelSize } = pooling;
  const first = input.shape.length - kernelSize.length;
  return scope(() => kernelSize.reduce((maps, size, i) => maxAlong(maps, first + i, size), input));
}

/** Whether the windows tile the input: no overlap, gaps or padding. */
export const isSideBySide = ({ kernelSize, stride, padding, dilation, ceilMode }: Pooling): boolean =>
  !ceilMode &&
  kernelSize.every((size, i) => size <= 3 && size === stride[i]! && padding[i] === 0 && dilation[i] === 1) &&
  kernelSize.some((size) => size > 1);

/** Omits a last window that is not full. */
function maxAlong(input: Tensor, dim: number, size: number): Tensor {
  if (size === 1) return input;
  const end = Math.floor(input.shape[dim]! / size) * size;
  const part = (from: number): Tensor => callOp('aten::slice.Tensor', input, dim, from, end, size) as Tensor;
  let largest = part(0);
  for (let from = 1; from < size; from++) largest = ops.maximum(largest, part(from));
  return largest;
}

/**
 * Max pooling without overlapping windows in deterministic mode on a GPU, by selection between slices. libtorch has no
 * deterministic backward pass for it in three dimensions, because its kernel adds gradients in arbitrary order. Numbers
 * and gradients are the same (of equal values, the first in memory wins), but it takes more memory and is slower.
 */
export function orderedMaxPool(input: Tensor, pooling: Pooling): Tensor | undefined {
  if (!isDeterministic() || input.device === 'cpu' || !isSideBySide(pooling)) return undefined;
  return isObserved() || !isGradEnabled() ? undefined : maxOfSlices(input, pooling);
}

/** Innermost axis first, so that of equal values the first in memory wins. */
export function maxOfSlices(input: Tensor, { kernelSize }: Pick<Pooling, 'kernelSize'>): Tensor {
  const first = input.shape.length - kernelSize.length;
  return scope(() => kernelSize.reduceRight((maps, size, i) => largestAlong(maps, first + i, size), input));
}

function largestAlong(input: Tensor, dim: number, size: number): Tensor {
  const end = Math.floor(input.shape[dim]! / size) * size;
  const part = (from: number): Tensor => callOp('aten::slice.Tensor', input, dim, from, end, size) as Tensor;
  let largest = part(0);
  for (let from = 1; from < size; from++) {
    const next = part(from);
    // NaN propagates, as in the kernel.
    largest = ops.where(next.gt(largest).logical_or(next.isnan()), next, largest);
  }
  return largest;
}
