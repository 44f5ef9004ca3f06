/**
 * Depthwise 3D convolutions by a kernel of our own (native/depthwise.cc): with one filter for each channel there is little to compute, and
 * libtorch spends most of its time elsewhere. Not where a trace or a recording wants to know which operator ran.
 */
import { native } from '../../engine/native.js';
import { scope } from '../../engine/scope.js';
import { isObserved } from '../../ops/dispatch.js';
import { autocastMode } from '../../tensor/autocast.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Convolution } from './fast-paths.js';

/**
 * The convolution if it is depthwise: float32 on the CPU, as many groups as channels in and out, no dilation. Undefined otherwise. Values
 * and gradients are those of libtorch's operator but for rounding.
 */
export function depthwiseConv3d(
  input: Tensor,
  { weight, bias, stride, padding, dilation, groups }: Convolution,
): Tensor | undefined {
  if (groups === 1) return undefined; // most convolutions
  const { shape } = input;
  if (shape.length !== 5 || shape[1] !== groups || weight.shape[0] !== groups) return undefined;
  if (dilation.some((step) => step !== 1) || input.numel === 0 || isObserved() || autocastMode() !== null)
    return undefined;
  const isPlain = ({ device, dtype }: Tensor): boolean => device === 'cpu' && dtype === 'float32';
  if (![input, weight, ...(bias === null ? [] : [bias])].every(isPlain)) return undefined;
  return scope(() => {
    const [maps, filters] = [input.contiguous(), weight.contiguous()];
    return new Tensor(
      native().depthwiseConv3d(maps.handle, filters.handle, bias?.handle ?? null, stride, padding),
    );
  });
}
