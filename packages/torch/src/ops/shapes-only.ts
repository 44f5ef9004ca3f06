/**
 * Runs a network without its arithmetic: expensive operators return tensors of the right shape that contain a single
 * zero, expanded, so that they take no memory. Together with `trace` it describes networks of any size in milliseconds;
 * the values are meaningless. (libtorch's own way, the meta device, lacks convolution and batch norm outside Python.)
 */

import type { DType } from '../engine/dtype.js';
import { noGrad } from '../tensor/grad.js';
import { Tensor } from '../tensor/tensor.js';
import { callOp, observeCalls, substituteCalls } from './dispatch.js';
import type { Operator } from './operators.js';

/**
 * Runs `fn`, which builds or calls modules, with real shapes but meaningless values: weights are a single zero,
 * in-place operators do nothing, and convolutions, linear layers, norms, pools, elementwise functions and
 * concatenations compute only shapes. Operators without a rule run as usual. Nothing is recorded for a backward pass.
 */
export function shapesOnly<T>(fn: () => T): T {
  const previous = substituteCalls(standIn);
  try {
    return noGrad(fn);
  } finally {
    substituteCalls(previous);
  }
}

function standIn(operator: Operator, values: readonly unknown[]): unknown {
  if (operator.returned[0]! >= 0)
    return RESHAPING.has(operator.name) ? undefined : values[operator.returned[0]!];
  const arg = (name: string): unknown => {
    const index = operator.arguments.findIndex((argument) => argument.name === name);
    return values[index] ?? operator.arguments[index]?.default;
  };
  const input = values[0] as Tensor;
  if (operator.name === 'aten::empty') {
    const { dtype, device } = { dtype: arg('dtype') ?? 'float32', device: arg('device') ?? 'cpu' };
    return stretched(arg('size') as number[], dtype as DType, device as string);
  }
  const shape = shapeRule(operator.name)?.(input, arg);
  if (shape === undefined) return undefined;
  const { dtype, device } = Array.isArray(input) ? (input[0] as Tensor) : input;
  return stretched(shape, dtype, device);
}

type Rule = (input: Tensor, arg: (name: string) => unknown) => readonly number[] | undefined;

function shapeRule(name: string): Rule | undefined {
  if (SAME_SHAPE.has(name)) return ({ shape }) => shape;
  if (/^aten::conv[123]d$/.test(name)) return convolution;
  if (/^aten::(max|avg)_pool[23]d$/.test(name)) return pool;
  if (/^aten::(add|sub|mul|div)$/.test(name)) return combination;
  if (name === 'aten::cat') return concatenation;
  if (name === 'aten::mean') return reduction;
  return name === 'aten::linear'
    ? ({ shape }, arg) => [...shape.slice(0, -1), (arg('weight') as Tensor).shape[0]!]
    : undefined;
}

/** In-place operators that must run anyway, because they do not change values. */
const RESHAPING = new Set(
  [
    'requires_grad_',
    'set_',
    'resize_',
    'detach_',
    'as_strided_',
    'squeeze_',
    'unsqueeze_',
    'transpose_',
    't_',
  ].map((name) => `aten::${name}`),
);

const SAME_SHAPE = new Set(
  [
    ...['batch_norm', 'layer_norm', 'group_norm', 'instance_norm', 'dropout', 'feature_dropout'],
    ...[
      'relu',
      'leaky_relu',
      'hardtanh',
      'elu',
      'gelu',
      'silu',
      'mish',
      'sigmoid',
      'hardsigmoid',
      'hardswish',
      'tanh',
    ],
  ].map((name) => `aten::${name}`),
);

const convolution: Rule = (input, arg) => {
  const weight = (arg('weight') as Tensor).shape;
  // A single sample without a batch axis, and padding given as a word, are left to libtorch.
  if (input.ndim !== weight.length || typeof arg('padding') === 'string') return undefined;
  const size = windows(input.shape.slice(2), weight.slice(2), arg);
  return [input.shape[0]!, weight[0]!, ...size];
};

const pool: Rule = (input, arg) => {
  const kernel = arg('kernel_size') as number[];
  if (arg('ceil_mode') === true || input.ndim !== kernel.length + 2) return undefined;
  return [...input.shape.slice(0, 2), ...windows(input.shape.slice(2), kernel, arg)];
};

/** For two tensors of the same number of axes, of which one may be longer along an axis where the other's length is 1. */
const combination: Rule = ({ shape }, arg) => {
  const other = arg('other');
  if (!(other instanceof Tensor) || other.ndim !== shape.length) return undefined;
  const fits = shape.every((size, i) => size === other.shape[i] || size === 1 || other.shape[i] === 1);
  return fits ? shape.map((size, i) => (size === 1 ? other.shape[i]! : size)) : undefined;
};

/** Over the axes named; over all of them it is left to libtorch. */
const reduction: Rule = ({ shape }, arg) => {
  const dim = arg('dim');
  if (!Array.isArray(dim) || dim.length === 0) return undefined;
  const axes = dim.map((axis: number) => (axis < 0 ? axis + shape.length : axis));
  if (axes.some((axis) => axis < 0 || axis >= shape.length)) return undefined;
  return arg('keepdim') === true
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i));
};

const concatenation: Rule = (_, arg) => {
  const shapes = (arg('tensors') as Tensor[]).map(({ shape }) => shape);
  const dim = arg('dim') as number;
  const axis = dim < 0 ? dim + shapes[0]!.length : dim;
  const length = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
  return shapes[0]!.map((size, i) => (i === axis ? length : size));
};

/** How often a window fits along each axis. */
function windows(
  size: readonly number[],
  kernel: readonly number[],
  arg: (name: string) => unknown,
): number[] {
  const along = (name: string, axis: number, fallback: number): number => {
    const value = arg(name);
    const entry = Array.isArray(value) ? (value.length === 1 ? value[0] : value[axis]) : value;
    return (entry as number | null | undefined) ?? fallback;
  };
  return size.map((length, axis) => {
    const reach = along('dilation', axis, 1) * (kernel[axis]! - 1) + 1;
    const padded = length + 2 * along('padding', axis, 0);
    return Math.floor((padded - reach) / along('stride', axis, kernel[axis]!)) + 1;
  });
}

/** A tensor of `shape` that takes the memory of one element. */
function stretched(shape: readonly number[], dtype: DType, device: string): Tensor {
  const observer = observeCalls(null);
  try {
    const zero = callOp('aten::zeros', [], { dtype, device }) as Tensor;
    const wide = callOp('aten::expand', zero, shape) as Tensor;
    zero.dispose();
    return wide;
  } finally {
    observeCalls(observer);
  }
}
