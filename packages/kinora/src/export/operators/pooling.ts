/** Pooling over windows, and over everything. */
import { isPerClip } from '../batch.js';
import type { Call, Operator } from '../call.js';
import type { Attribute } from '../graph.js';

/** The attributes of a window that ONNX's pools share. */
export function poolWindow(call: Call): Record<string, Attribute> {
  const kernel = call.numbers('kernel_size');
  const stride = call.numbers('stride');
  const padding = call.numbers('padding');
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: stride.length === 0 ? kernel : stride },
    pads: { ints: [...padding, ...padding] },
    ceil_mode: { int: Number(call.flag('ceil_mode')) },
  };
}

const maximum: Operator = (call) =>
  call.node('MaxPool', [call.input('self')], {
    ...poolWindow(call),
    dilations: { ints: call.numbers('dilation') },
  });

const average: Operator = (call) => {
  const divisor = call.has('divisor_override') ? call.value('divisor_override') : null;
  if (divisor !== null) call.fail('no divisor_override', String(divisor));
  return call.node('AveragePool', [call.input('self')], {
    ...poolWindow(call),
    count_include_pad: { int: Number(call.flag('count_include_pad')) },
  });
};

/** Adaptive pooling, where every window has one size: to 1, or to a divisor of the input's size. */
const adaptive =
  (global: string, windowed: string): Operator =>
  (call) => {
    const output = call.numbers('output_size');
    if (output.every((size) => size === 1)) return call.node(global, [call.input('self')]);
    const input = call.tensor('self').shape.slice(-output.length);
    const kernel = output.map((size, i) => {
      const from = input[i]!;
      if (!isPerClip(from) && from % size === 0) return from / size;
      return call.fail('an output size that divides the input', `[${output}] from [${input}]`);
    });
    return call.node(windowed, [call.input('self')], {
      kernel_shape: { ints: kernel },
      strides: { ints: kernel },
    });
  };

const adaptiveAverage = adaptive('GlobalAveragePool', 'AveragePool');
const adaptiveMaximum = adaptive('GlobalMaxPool', 'MaxPool');

export const pooling: Readonly<Record<string, Operator>> = Object.fromEntries(
  [1, 2, 3].flatMap((rank): [string, Operator][] => [
    [`aten::max_pool${rank}d`, maximum],
    [`aten::max_pool${rank}d_with_indices`, maximum],
    [`aten::avg_pool${rank}d`, average],
    [`aten::adaptive_avg_pool${rank}d`, adaptiveAverage],
    [`aten::adaptive_max_pool${rank}d`, adaptiveMaximum],
  ]),
);
