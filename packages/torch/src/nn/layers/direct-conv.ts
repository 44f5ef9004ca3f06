/**
 * One clip at a time, libtorch on the CPU hands small 3D convolutions to its matrix-product kernel instead of oneDNN's
 * (`use_mkldnn` in Convolution.cpp: one input whose first three sizes multiply to no more than 20,480), which is two to
 * eight times slower there. Where nothing is learnt and nobody listens, such a convolution goes to oneDNN directly.
 */

import { scope } from '../../engine/scope.js';
import { callOp, isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import { isGradEnabled } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isInSegment } from '../checkpoint.js';

/** The largest N C T H that libtorch keeps from oneDNN. */
const KEPT = 20_480;

interface Convolution {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The convolution by oneDNN, or undefined where libtorch's choice is to stand. Equal to it but for rounding. */
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

/** libtorch is built without oneDNN on some processors: one convolution of one number tells. */
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
