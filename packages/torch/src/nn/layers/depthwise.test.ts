/** Depthwise convolution by our own kernel: the same as libtorch's operator, which a trace makes it use. */
import { describe, expect, test } from 'vitest';
import { liveTensors } from '../../engine/engine.test.util.js';
import {
  autocast,
  grad,
  manualSeed,
  nn,
  noGrad,
  ops,
  scope,
  type Tensor,
  threads,
  trace,
} from '../../index.js';
import { expectClose } from '../golden.test.util.js';
import { depthwiseConv3d } from './depthwise.js';

function layer(channels: number, kernelSize: nn.Size, options: nn.ConvOptions = {}): nn.Conv3d {
  return new nn.Conv3d(channels, channels, kernelSize, { groups: channels, ...options });
}

function leaf(shape: readonly number[]): Tensor {
  const input = ops.randn(shape);
  input.requiresGrad = true;
  return input;
}

/** What comes out, and the gradients of a sum in which every value weighs differently. */
function outcome(conv: nn.Conv3d, input: Tensor, run: (input: Tensor) => Tensor): Record<string, Tensor> {
  input.grad = null;
  conv.zeroGrad();
  const output = run(input);
  output.mul(ops.arange(output.numel).view(output.shape).mul(0.37).sin()).sum().backward();
  return {
    output: output.detach(),
    ...(input.requiresGrad && { input: input.grad! }),
    ...(conv.weight.requiresGrad && { weight: conv.weight.grad! }),
    ...(conv.bias?.requiresGrad && { bias: conv.bias.grad! }),
  };
}

/** `tolerance` is a share of the largest value; float32 sums of some thousand products keep five digits. */
function expectAsTraced(conv: nn.Conv3d, input: Tensor, tolerance = 2e-5): void {
  const expected = outcome(conv, input, (maps) => trace(() => conv.call(maps)).result);
  const ours = outcome(conv, input, (maps) => conv.call(maps));
  expect(Object.keys(ours)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) expectClose(ours[name]!, value, name, tolerance);
}

const isOurs = (conv: nn.Conv3d, input: Tensor): boolean => {
  const { weight, bias, stride, dilation, groups } = conv;
  const padding = conv.padding as readonly number[];
  return (
    scope(() => depthwiseConv3d(input, { weight, bias, stride, padding, dilation, groups })) !== undefined
  );
};

describe("values and gradients are those of libtorch's operator", () => {
  test.each<[name: string, shape: readonly number[], kernelSize: nn.Size, options: nn.ConvOptions]>([
    ['3x3x3 with padding', [2, 3, 4, 6, 7], 3, { padding: 1 }],
    ['without padding or bias', [2, 5, 7, 9, 11], 3, { bias: false }],
    ['strides in space', [2, 5, 7, 9, 11], 3, { stride: [1, 2, 2], padding: 1 }],
    ['strides along all axes', [2, 8, 8, 14, 15], 3, { stride: 2, padding: 1 }],
    ['a stride along time alone', [1, 2, 9, 5, 6], 3, { stride: [2, 1, 1], padding: 1 }],
    [
      'a filter with three sizes, strides and paddings',
      [1, 4, 5, 8, 13],
      [3, 5, 2],
      { stride: [2, 3, 2], padding: [0, 2, 1] },
    ],
    ['5x3x3, as of a causal layer', [2, 3, 12, 9, 10], [5, 3, 3], { stride: [1, 2, 2], padding: [0, 1, 1] }],
    ['strides longer than the filter', [2, 3, 7, 8, 9], [1, 2, 2], { stride: [3, 4, 3] }],
    ['padding wider than the map', [1, 2, 1, 2, 2], [3, 5, 5], { padding: [1, 2, 2] }],
    ['one value a map', [3, 4, 1, 1, 1], 3, { padding: 1 }],
    ['1x1x1', [2, 3, 1, 9, 70], 1, {}],
    ['7x7x7', [1, 2, 9, 10, 11], 7, { stride: 2, padding: 3 }],
    ['maps longer than a chunk', [1, 2, 5, 40, 41], 3, { padding: 1 }],
  ])('%s', (_, shape, kernelSize, options) => {
    manualSeed(3);
    scope(() => {
      const conv = layer(shape[1]!, kernelSize, options);
      const input = leaf(shape);
      expect(isOurs(conv, input)).toBe(true);
      expectAsTraced(conv, input);
    });
  });

  test('maps that are not contiguous, and a gradient that is not', () => {
    manualSeed(3);
    scope(() => {
      const conv = layer(3, 3, { padding: 1 });
      const input = leaf([2, 5, 6, 7, 3]);
      const run = (convolve: (maps: Tensor) => Tensor) => (maps: Tensor) =>
        convolve(maps.permute([0, 4, 1, 2, 3])).permute([4, 3, 2, 1, 0]);
      const expected = outcome(
        conv,
        input,
        run((maps) => trace(() => conv.call(maps)).result),
      );
      const ours = outcome(
        conv,
        input,
        run((maps) => conv.call(maps)),
      );
      for (const [name, value] of Object.entries(expected)) expectClose(ours[name]!, value, name, 2e-5);
    });
  });

  test('a frozen input, a frozen filter', () => {
    manualSeed(3);
    scope(() => {
      expectAsTraced(layer(2, 3), ops.randn([2, 2, 4, 5, 6]));
      const frozen = layer(2, 3);
      frozen.weight.requiresGrad = false;
      expectAsTraced(frozen, leaf([2, 2, 4, 5, 6]));
    });
  });
});

test("as near to double precision as libtorch's", () => {
  manualSeed(5);
  scope(() => {
    const conv = layer(4, 3, { padding: 1 });
    const input = leaf([4, 4, 12, 30, 31]);
    const theirs = outcome(conv, input, (maps) => trace(() => conv.call(maps)).result);
    const ours = outcome(conv, input, (maps) => conv.call(maps));
    const wide = noGrad(() => input.to('float64'));
    wide.requiresGrad = true;
    const exact = outcome(conv.to({ dtype: 'float64' }), wide, (maps) => conv.call(maps));
    for (const [name, value] of Object.entries(exact)) {
      const error = (found: Tensor): number => Number(found.to('float64').sub(value).abs().max().item());
      // Both are a few roundings off; a sum in float32 of all 44,640 places would be a hundred times that.
      expect(error(ours[name]!), name).toBeLessThan(
        4 * error(theirs[name]!) + 1e-6 * Number(value.abs().max().item()),
      );
    }
  });
});

test('gradients of gradients are those of the operator', () => {
  manualSeed(5);
  scope(() => {
    const conv = layer(3, 3, { stride: [1, 2, 2], padding: 1 });
    const input = leaf([2, 3, 3, 5, 6]);
    const second = (run: (maps: Tensor) => Tensor): (Tensor | null)[] => {
      const leaves = [input, conv.weight, conv.bias!];
      const first = grad(run(input).pow(3).sum(), leaves, { createGraph: true });
      return grad(ops.stack(first.map((one) => one!.square().sum())).sum(), leaves, { allowUnused: true });
    };
    const expected = second((maps) => trace(() => conv.call(maps)).result);
    const ours = second((maps) => conv.call(maps));
    for (const [i, value] of expected.entries()) expectClose(ours[i]!, value!, `leaf ${i}`, 1e-4);
  });
});

test('the same bits on one thread and on two, and without gradients', () => {
  manualSeed(3);
  const before = threads.get();
  scope(() => {
    const conv = layer(7, 3, { stride: [1, 2, 2], padding: 1 });
    const input = leaf([3, 7, 4, 20, 30]);
    const on = (count: number) => {
      threads.set(count);
      return outcome(conv, input, (maps) => conv.call(maps));
    };
    try {
      const [one, two] = [on(1), on(2)];
      for (const [name, value] of Object.entries(one)) expectClose(two[name]!, value, name, 0);
      expectClose(
        noGrad(() => conv.call(input)),
        one.output!,
        'without gradients',
        0,
      );
    } finally {
      threads.set(before);
    }
  });
});

test('outside a scope a call leaves its result and nothing else', () => {
  const [conv, input] = [layer(2, 3), ops.randn([1, 2, 4, 5, 6])];
  const before = liveTensors();
  const output = conv.call(input);
  expect(liveTensors() - before).toBe(1);
  for (const tensor of [output, input]) tensor.dispose();
});

test("what it is not for stays libtorch's: other groups, dilation, dtypes, autocast", () => {
  scope(() => {
    const input = ops.randn([2, 4, 5, 6, 7]);
    expect(isOurs(layer(4, 3), input)).toBe(true);
    expect(isOurs(new nn.Conv3d(4, 8, 3, { groups: 4 }), input)).toBe(false);
    expect(isOurs(new nn.Conv3d(4, 4, 3, { groups: 2 }), input)).toBe(false);
    expect(isOurs(layer(4, 2, { dilation: [1, 2, 1] }), input)).toBe(false);
    expect(isOurs(layer(4, 3).to({ dtype: 'float64' }), input.to('float64'))).toBe(false);
    expect(autocast({ device: 'cpu', dtype: 'bfloat16' }, () => isOurs(layer(4, 3), input))).toBe(false);
  });
});
