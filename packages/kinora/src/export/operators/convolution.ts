/** Convolutions, linear layers and matrix products. */
import type { Call, Operator } from '../call.js';

/** aten::conv1d, conv2d, conv3d */
const convolution: Operator = (call) => {
  const inputs = [call.input('input'), call.input('weight'), call.optional('bias')];
  return call.node('Conv', inputs.at(-1) === '' ? inputs.slice(0, 2) : inputs, {
    kernel_shape: { ints: kernelOf(call) },
    strides: { ints: call.numbers('stride') },
    pads: { ints: paddingOf(call) },
    dilations: { ints: call.numbers('dilation') },
    group: { int: call.number('groups') },
  });
};

const kernelOf = (call: Call): number[] => call.tensor('weight').shape.slice(2) as number[];

/** Before each axis, then after each. */
export function paddingOf(call: Call): number[] {
  const padding = call.value('padding');
  if (typeof padding !== 'string') return [...call.numbers('padding'), ...call.numbers('padding')];
  if (padding === 'valid') return kernelOf(call).flatMap(() => [0, 0]);
  const dilation = call.numbers('dilation');
  const total = kernelOf(call).map((size, i) => dilation[i]! * (size - 1));
  const before = total.map((size) => Math.floor(size / 2));
  return [...before, ...total.map((size, i) => size - before[i]!)];
}

/** x W^T + b for any number of leading dimensions. */
const linear: Operator = (call) => {
  const bias = call.optional('bias');
  const [input, weight] = [call.input('input'), call.input('weight')];
  if (call.tensor('input').shape.length === 2) {
    return call.node('Gemm', bias === '' ? [input, weight] : [input, weight, bias], { transB: { int: 1 } });
  }
  const product = call.node('MatMul', [input, call.node('Transpose', [weight], { perm: { ints: [1, 0] } })]);
  return bias === '' ? product : call.node('Add', [product, bias]);
};

const product =
  (left: string, right: string): Operator =>
  (call) =>
    call.node('MatMul', [call.input(left), call.input(right)]);

export const convolutions: Readonly<Record<string, Operator>> = {
  'aten::conv1d': convolution,
  'aten::conv2d': convolution,
  'aten::conv3d': convolution,
  'aten::linear': linear,
  'aten::matmul': product('self', 'other'),
  'aten::mm': product('self', 'mat2'),
  'aten::bmm': product('self', 'mat2'),
  'aten::addmm': (call) =>
    call.node('Gemm', [call.input('mat1'), call.input('mat2'), call.input('self')], {
      alpha: { float: call.number('alpha') },
      beta: { float: call.number('beta') },
    }),
  'aten::einsum': (call) =>
    call.node('Einsum', call.inputs('tensors'), { equation: { text: String(call.value('equation')) } }),
};
