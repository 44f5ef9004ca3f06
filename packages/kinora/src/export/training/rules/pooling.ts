/** Gradients of pooling over windows, and over everything. */
import { isPerClip, type Size } from '../../batch.js';
import type { Call } from '../../call.js';
import { floats } from '../../graph.js';
import { poolWindow } from '../../operators/pooling.js';
import { asInferred, type Rule, type TrainingCall } from '../rule.js';

const elementsOf = (shape: readonly Size[]): number =>
  shape.reduce<number>((product, size) => product * (isPerClip(size) ? size.perClip : size), 1);

/** The gradient goes to the largest element of each window, of equal ones to the first. */
const maximum: Rule = (call) => {
  const attributes = { ...poolWindow(call), dilations: { ints: call.numbers('dilation') } };
  const [output, places] = call.nodes('MaxPool', [call.input('self')], attributes, 2) as [string, string];
  return { output, backward: (gradient) => ({ self: scattered(call, gradient, places) }) };
};

/** Adds each element to the place that it came from: `places` count through the whole input. */
function scattered(call: TrainingCall, gradient: string, places: string): string {
  const { shape } = call.tensor('self');
  const flat = (value: string): string => call.node('Reshape', [value, call.int64s([-1])]);
  const zeros = call.node('ConstantOfShape', [call.shape([{ perClip: elementsOf(shape) }])]);
  const sums = call.node('ScatterElements', [zeros, flat(places), flat(gradient)], {
    axis: { int: 0 },
    reduction: { text: 'add' },
  });
  return call.reshape(sums, shape);
}

/** Each window's gradient, divided by the window's elements, goes to all of them. */
const average = asInferred((call, gradient) => {
  const { kernel_shape, strides, pads } = poolWindow(call) as Record<string, { readonly ints: number[] }>;
  const kernel = kernel_shape!.ints;
  return {
    self: spread(call, gradient, {
      kernel,
      stride: strides!.ints,
      padding: pads!.ints.slice(0, kernel.length),
      counted: call.flag('count_include_pad'),
    }),
  };
});

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  /** Whether elements of the padding are counted. */
  readonly counted: boolean;
}

function spread(call: TrainingCall, gradient: string, windows: Windows): string {
  const rank = windows.kernel.length;
  const [input, output] = [call.tensor('self').shape, call.result().shape];
  const [size, result] = [input.slice(-rank), output.slice(-rank)] as [number[], number[]];
  const shares = call.node('Mul', [gradient, reciprocals(call, windows, size, result)]);
  const images = call.node('Reshape', [shares, call.int64s([-1, 1, ...result])]);
  const { kernel, stride, padding } = windows;
  const end = size.map((length, i) => (result[i]! - 1) * stride[i]! + kernel[i]! - length - padding[i]!);
  const ones = call.constant(floats(new Float32Array(elementsOf(kernel)).fill(1), [1, 1, ...kernel]));
  const sums = call.node('ConvTranspose', [images, ones], {
    kernel_shape: { ints: kernel },
    strides: { ints: stride },
    pads: { ints: [...padding, ...end.map((pad) => Math.max(0, pad))] },
    output_padding: { ints: end.map((pad) => Math.max(0, -pad)) },
  });
  return call.reshape(sums, input);
}

/** One by the number of elements of each window, `[...result]`; windows end where the padding does. */
function reciprocals(
  call: Call,
  { kernel, stride, padding, counted }: Windows,
  size: readonly number[],
  result: readonly number[],
): string {
  const counts = result.map((length, i) =>
    Array.from({ length }, (_, place) => {
      const [start, edge] = [place * stride[i]! - padding[i]!, counted ? padding[i]! : 0];
      return Math.min(start + kernel[i]!, size[i]! + edge) - Math.max(start, -edge);
    }),
  );
  const products = counts.reduce((all, own) => all.flatMap((a) => own.map((b) => a * b)), [1]);
  return call.constant(
    floats(
      products.map((count) => 1 / count),
      result,
    ),
  );
}

/** To one element, or to a divisor of the input's size. */
const adaptiveAverage = asInferred((call, gradient) => {
  const { shape } = call.tensor('self');
  const output = call.result().shape;
  const rank = call.numbers('output_size').length;
  const size = shape.slice(-rank) as number[];
  const kernel = size.map((length, i) => length / (output.slice(-rank)[i] as number));
  const share = call.node('Mul', [gradient, call.scalar(1 / elementsOf(kernel))]);
  if (elementsOf(kernel) === elementsOf(size)) {
    const sizes = shape.map((length, axis) => (axis < shape.length - rank ? 1 : length));
    return { self: call.node('Expand', [share, call.shape(sizes)]) };
  }
  return {
    self: spread(call, gradient, { kernel, stride: kernel, padding: kernel.map(() => 0), counted: true }),
  };
});

export const pooling: Readonly<Record<string, Rule>> = Object.fromEntries(
  [1, 2, 3].flatMap((rank): [string, Rule][] => [
    [`aten::max_pool${rank}d`, maximum],
    [`aten::avg_pool${rank}d`, average],
    [`aten::adaptive_avg_pool${rank}d`, adaptiveAverage],
  ]),
);
