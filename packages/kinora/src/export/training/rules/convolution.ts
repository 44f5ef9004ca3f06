/**
 * Gradients of convolutions and linear layers. All of them are convolutions and matrix products again, because those are
 * what a runtime for inference does fast. Which form is used where was decided by measurement (docs/browser-training.md).
 */
import type { Size } from '../../batch.js';
import type { Call } from '../../call.js';
import { floats } from '../../graph.js';
import { paddingOf } from '../../operators/convolution.js';
import { asInferred, type Rule } from '../rule.js';

/** Everything about a convolution that its gradients need; arrays have an entry for each axis of space and time. */
export interface Convolution {
  readonly call: Call;
  /** Names of the values. */
  readonly input: string;
  readonly weight: string;
  /** Sizes of the input, without batch and channels; of the kernel; of the result. */
  readonly size: readonly number[];
  readonly kernel: readonly number[];
  readonly result: readonly number[];
  readonly channels: readonly [input: number, output: number];
  readonly groups: number;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Clips, or frames of them. */
  readonly batch: Size;
}

const convolution = asInferred((call, gradient) => {
  const shape = convolutionOf(call);
  return {
    input: call.learns('input') ? inputGradient(shape, gradient) : undefined,
    weight: call.learns('weight') ? weightGradient(shape, gradient) : undefined,
    bias: call.learns('bias') ? channelSum(call, gradient) : undefined,
  };
});

/** The convolution that an operator call computes. */
export function convolutionOf(call: Call): Convolution {
  const [input, weight, result] = [call.tensor('input'), call.tensor('weight'), call.result()];
  const [batch, channels, ...size] = input.shape as [Size, number, ...number[]];
  const pads = paddingOf(call);
  return {
    call,
    input: call.input('input'),
    weight: call.input('weight'),
    size,
    kernel: weight.shape.slice(2) as number[],
    result: result.shape.slice(2) as number[],
    channels: [channels, weight.shape[0] as number],
    groups: call.number('groups'),
    stride: call.numbers('stride'),
    dilation: call.numbers('dilation'),
    before: pads.slice(0, size.length),
    after: pads.slice(size.length),
    batch,
  };
}

/** `[N, C, ...]` to `[C]`. */
export function channelSum(call: Call, gradient: string): string {
  const { shape } = call.result();
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return call.node('ReduceSum', [gradient, call.int64s(axes)], { keepdims: { int: 0 } });
}

/**
 * The gradient of the weights: the input, with channels and clips exchanged, convolved with the result's gradient as its
 * kernels; strides and dilations change places as well. A kernel of one element is a matrix product.
 */
function weightGradient(shape: Convolution, gradient: string): string {
  const { kernel, groups, before, after } = shape;
  const isPlain = groups === 1 && [...before, ...after].every((pad) => pad === 0);
  return isPlain && kernel.every((size) => size === 1)
    ? pointwiseWeightGradient(shape, gradient)
    : convolvedWeightGradient(shape, gradient);
}

function pointwiseWeightGradient(shape: Convolution, gradient: string): string {
  const { call, channels, kernel } = shape;
  const rows = (value: string, count: number): string =>
    call.node('Reshape', [swapped(call, value, shape.size.length), call.int64s([count, -1])]);
  const [inputs, outputs] = channels;
  const matrix = call.node('Gemm', [rows(gradient, outputs), rows(strided(shape), inputs)], {
    transB: { int: 1 },
  });
  return call.reshape(matrix, [outputs, inputs, ...kernel]);
}

/** The elements of the input that a kernel of one element reads. */
function strided({ call, input, stride, size }: Convolution): string {
  if (stride.every((step) => step === 1)) return input;
  const axes = size.map((_, i) => i + 2);
  const bounds = [size.map(() => 0), size, axes, stride].map((values) => call.int64s(values));
  return call.node('Slice', [input, ...bounds]);
}

/** For any convolution. */
export function convolvedWeightGradient(shape: Convolution, gradient: string): string {
  const { call, size, kernel, result, groups, stride, dilation, before } = shape;
  const reached = result.map((length, i) => (length - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1);
  const after = size.map((length, i) => reached[i]! - length - before[i]!);
  const correlation = call.node('Conv', [images(shape, after), swapped(call, gradient, size.length)], {
    kernel_shape: { ints: result },
    strides: { ints: dilation },
    dilations: { ints: stride },
    pads: { ints: [...before, ...after.map((pad) => Math.max(0, pad))] },
    group: { int: groups },
  });
  return swapped(call, correlation, size.length);
}

/**
 * The input as images with a channel for each clip, `[C, N, ...]`; in groups, `[C / groups, groups * N, ...]`. What no
 * kernel reads at the end of an axis (`after` below 0) is cut off, so that the product has the kernel's size.
 */
function images(
  { call, input, size, groups, channels, batch }: Convolution,
  after: readonly number[],
): string {
  const length = size.map((whole, i) => whole + Math.min(0, after[i]!));
  const bounds = [size.map(() => 0), length, axesFrom(2, size.length)].map((values) => call.int64s(values));
  const read = after.some((pad) => pad < 0) ? call.node('Slice', [input, ...bounds]) : input;
  if (groups === 1) return swapped(call, read, size.length);
  const each = channels[0] / groups;
  const parted = call.reshape(read, [batch, groups, each, ...length]);
  const exchanged = call.node('Transpose', [parted], {
    perm: { ints: [2, 1, 0, ...axesFrom(3, size.length)] },
  });
  return call.node('Reshape', [exchanged, call.int64s([each, -1, ...length])]);
}

/** The first two axes exchanged. */
const swapped = (call: Call, value: string, rank: number): string =>
  call.node('Transpose', [value], { perm: { ints: [1, 0, ...axesFrom(2, rank)] } });

const axesFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** The gradient of the input: by flipped kernels; where the stride is above 1, phase by phase unless that doubles the work. */
function inputGradient(shape: Convolution, gradient: string): string {
  const { kernel, stride, dilation, before, after, groups } = shape;
  const fits = reachOf(shape).every((length, i) => before[i]! <= length && after[i]! <= length);
  if (stride.every((step) => step === 1) && fits) return byFlippedKernels(shape, gradient);
  const { phases, taps } = phasesOf(shape);
  const isCheap = groups > 1 || product(phases) * product(taps) < 2 * product(kernel);
  if (dilation.every((step) => step === 1) && isCheap) return byPhases(shape, gradient);
  return byTransposedConvolution(shape, gradient);
}

/** How far the last element of a kernel is from its first. */
const reachOf = ({ kernel, dilation }: Convolution): number[] =>
  kernel.map((size, i) => dilation[i]! * (size - 1));

/** For strides of 1, and paddings within the kernel's reach. */
export function byFlippedKernels(shape: Convolution, gradient: string): string {
  const { call, kernel, dilation, before, groups, size, result } = shape;
  const reach = reachOf(shape);
  const begin = reach.map((length, i) => length - before[i]!);
  const end = size.map((length, i) => length - result[i]! + reach[i]! - begin[i]!);
  return call.node(
    'Conv',
    [
      gradient,
      rearranged(
        shape,
        kernel.map(() => 1),
        kernel,
      ),
    ],
    {
      kernel_shape: { ints: kernel },
      strides: { ints: kernel.map(() => 1) },
      dilations: { ints: dilation },
      pads: { ints: [...begin, ...end] },
      group: { int: groups },
    },
  );
}

/**
 * `[O, C / groups, ...kernel]` to `[C * phases, O / groups, ...taps]`: element q of a kernel becomes tap `q / phases`, from the
 * end, of phase `q % phases`, along every axis. With phases of 1 the kernels are flipped. A product with a matrix of ones and zeros is the
 * fastest way to do so.
 */
function rearranged(shape: Convolution, phases: readonly number[], taps: readonly number[]): string {
  const { call, weight, kernel, channels, groups } = shape;
  const [inputs, outputs] = [channels[0] / groups, channels[1] / groups];
  const [size, places] = [product(kernel), product(phases) * product(taps)];
  const isSame = size === 1 && places === 1;
  const moved = isSame
    ? weight
    : call.node('MatMul', [
        call.node('Reshape', [weight, call.int64s([-1, size])]),
        call.constant(floats(selection(kernel, phases, taps), [size, places])),
      ]);
  const parted = call.reshape(moved, [groups, outputs, inputs * product(phases), product(taps)]);
  const exchanged = call.node('Transpose', [parted], { perm: { ints: [0, 2, 1, 3] } });
  return call.reshape(exchanged, [channels[0] * product(phases), outputs, ...taps]);
}

/** One where the element of the row goes to the place of the column. */
function selection(
  kernel: readonly number[],
  phases: readonly number[],
  taps: readonly number[],
): Float32Array {
  const columns = product(phases) * product(taps);
  const matrix = new Float32Array(product(kernel) * columns);
  for (let element = 0; element < product(kernel); element++) {
    const place = unravelled(element, kernel);
    const phase = place.map((q, i) => q % phases[i]!);
    const tap = place.map((q, i) => taps[i]! - 1 - Math.floor(q / phases[i]!));
    matrix[element * columns + raveled(phase, phases) * product(taps) + raveled(tap, taps)] = 1;
  }
  return matrix;
}

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

const raveled = (place: readonly number[], size: readonly number[]): number =>
  place.reduce((index, value, i) => index * size[i]! + value, 0);

const unravelled = (index: number, size: readonly number[]): number[] =>
  size.map((length, i) => Math.floor(index / product(size.slice(i + 1))) % length);

/** How many phases have kernels, along each axis, and the size of these kernels; further phases are zero. */
function phasesOf({ kernel, stride }: Convolution): { phases: number[]; taps: number[] } {
  const phases = kernel.map((length, i) => Math.min(length, stride[i]!));
  return { phases, taps: kernel.map((length, i) => Math.ceil(length / phases[i]!)) };
}

/**
 * With a stride of s, the elements that are i modulo s along an axis read every s-th element of the kernel from i on: each
 * phase is a convolution with stride 1 and a smaller kernel. All of them together are one, with a channel for each phase,
 * which then becomes every s-th element. For dilations of 1.
 */
export function byPhases(shape: Convolution, gradient: string): string {
  const { call, stride, before, groups, size, result, channels, batch } = shape;
  const { phases, taps } = phasesOf(shape);
  const length = size.map((whole, i) => Math.max(Math.ceil((whole + before[i]!) / stride[i]!), result[i]!));
  const ones = taps.map(() => 1);
  const together = call.node('Conv', [gradient, rearranged(shape, phases, taps)], {
    kernel_shape: { ints: taps },
    strides: { ints: ones },
    dilations: { ints: ones },
    pads: { ints: [...taps.map((count) => count - 1), ...length.map((whole, i) => whole - result[i]!)] },
    group: { int: groups },
  });
  // [N, C, phases, places], the axes without a stride left out, to [N, C, place, phase, place, phase ...]
  const axes = size.flatMap((_, i) => (stride[i]! > 1 ? [i] : []));
  const parted = call.reshape(together, [batch, channels[0], ...axes.map((i) => phases[i]!), ...length]);
  const places = size.flatMap((_, i) => [
    2 + axes.length + i,
    ...(axes.includes(i) ? [2 + axes.indexOf(i)] : []),
  ]);
  const woven = call.node('Transpose', [parted], { perm: { ints: [0, 1, ...places] } });
  const missing = places.map((axis) =>
    axis < 2 + axes.length ? stride[axes[axis - 2]!]! - phases[axes[axis - 2]!]! : 0,
  );
  const none = missing.map(() => 0);
  const full = missing.every((count) => count === 0)
    ? woven
    : call.node('Pad', [woven, call.int64s([0, 0, ...none, 0, 0, ...missing]), call.scalar(0)]);
  const whole = call.reshape(full, [batch, channels[0], ...length.map((count, i) => count * stride[i]!)]);
  const end = size.map((count, i) => before[i]! + count);
  const bounds = [before, end, axesFrom(2, size.length)].map((values) => call.int64s(values));
  return call.node('Slice', [whole, ...bounds]);
}

/** For any convolution. */
export function byTransposedConvolution(shape: Convolution, gradient: string): string {
  const { call, weight, kernel, dilation, stride, before, groups, size, result } = shape;
  const reach = reachOf(shape);
  // How far the windows reach beyond the input; below zero is what no window reached.
  const end = size.map((length, i) => (result[i]! - 1) * stride[i]! + reach[i]! + 1 - length - before[i]!);
  return call.node('ConvTranspose', [gradient, weight], {
    kernel_shape: { ints: kernel },
    strides: { ints: stride },
    dilations: { ints: dilation },
    pads: { ints: [...before, ...end.map((pad) => Math.max(0, pad))] },
    output_padding: { ints: end.map((pad) => Math.max(0, -pad)) },
    group: { int: groups },
  });
}

/** y = x W^T + b, for any number of leading dimensions. */
const linear = asInferred((call, gradient) => {
  const { shape } = call.tensor('input');
  const [outputs, inputs] = call.tensor('weight').shape as [number, number];
  const rows = (value: string, width: number): string =>
    shape.length === 2 ? value : call.node('Reshape', [value, call.int64s([-1, width])]);
  const [given, input] = [rows(gradient, outputs), rows(call.input('input'), inputs)];
  const back = (): string => call.reshape(call.node('MatMul', [given, call.input('weight')]), shape);
  const leading = axesFrom(0, shape.length - 1);
  return {
    input: call.learns('input') ? back() : undefined,
    weight: call.learns('weight') ? call.node('Gemm', [given, input], { transA: { int: 1 } }) : undefined,
    bias: call.learns('bias')
      ? call.node('ReduceSum', [gradient, call.int64s(leading)], { keepdims: { int: 0 } })
      : undefined,
  };
});

export const convolutions: Readonly<Record<string, Rule>> = {
  'aten::conv1d': convolution,
  'aten::conv2d': convolution,
  'aten::conv3d': convolution,
  'aten::linear': linear,
};
