/** One kernel for norm, activation and pool: the same as libtorch's layers one by one, which a trace makes it use. */
import { describe, expect, test } from 'vitest';
import { grad, manualSeed, nn, noGrad, ops, scope, type Tensor, threads, trace } from '../../index.js';
import { expectClose, relativeError } from '../golden.test.util.js';
import { Segments } from './containers.js';
import { normActivation } from './norm-activation.js';

type Steps = nn.Module[];

/** Values far from zero mean and unit deviation, weights and biases of both signs. */
function inputFor(norm: nn.BatchNormNd, shape: readonly number[]): Tensor {
  const input = ops.randn(shape).mul(3).add(5);
  input.requiresGrad = true;
  noGrad(() => {
    norm.weight!.copy_(ops.randn([norm.numFeatures]));
    norm.bias!.copy_(ops.randn([norm.numFeatures]));
  });
  return input;
}

/** What comes out, gradients of a sum in which every value weighs differently, and the statistics afterwards. */
function outcome(
  norm: nn.BatchNormNd,
  input: Tensor,
  run: (input: Tensor) => Tensor,
): Record<string, Tensor> {
  noGrad(() => {
    norm.running_mean?.fill_(0.5);
    norm.running_var?.fill_(2);
    norm.num_batches_tracked?.fill_(3);
  });
  for (const leaf of [input, norm.weight!, norm.bias!]) leaf.grad = null;
  const output = run(input);
  output.mul(ops.arange(output.numel).view(output.shape).mul(0.37).sin()).sum().backward();
  return {
    output: output.detach(),
    input: input.grad!,
    weight: norm.weight!.grad!,
    bias: norm.bias!.grad!,
    ...(norm.running_mean && { mean: norm.running_mean.clone(), variance: norm.running_var!.clone() }),
  };
}

function expectAsTraced(norm: nn.BatchNormNd, input: Tensor, run: (input: Tensor) => Tensor): void {
  const expected = outcome(norm, input, (maps) => trace(() => run(maps)).result);
  const ours = outcome(norm, input, run);
  for (const [name, value] of Object.entries(expected)) expectClose(ours[name]!, value, name, 2e-5);
}

function expectSame(steps: Steps, shape: readonly number[], used: number): void {
  const norm = steps[0] as nn.BatchNormNd;
  const [row, input] = [new nn.Sequential(...steps), inputFor(norm, shape)];
  expect(scope(() => normActivation(steps, input)?.used)).toBe(used);
  expectAsTraced(norm, input, (maps) => row.call(maps));
  expect(Number(norm.num_batches_tracked?.item() ?? 4)).toBe(4);
}

const leaky = () => new nn.LeakyReLU(0.2, { inplace: true });

describe('values, gradients and statistics are those of the layers one by one', () => {
  test.each<[name: string, steps: () => Steps, shape: number[], used: number]>([
    ['norm and LeakyReLU', () => [new nn.BatchNorm3d(4), leaky()], [3, 4, 2, 5, 7], 2],
    ['norm and ReLU of frames', () => [new nn.BatchNorm2d(5), new nn.ReLU()], [2, 5, 9, 11], 2],
    ['norm and ReLU6 of signals', () => [new nn.BatchNorm1d(3), new nn.ReLU6()], [4, 3, 70], 2],
    ['maps longer than a chunk', () => [new nn.BatchNorm3d(2), leaky()], [2, 2, 5, 30, 31], 2],
    ['pooled', () => [new nn.BatchNorm3d(4), leaky(), new nn.MaxPool3d(2)], [2, 4, 4, 6, 8], 3],
    [
      'pooled, what hangs over',
      () => [new nn.BatchNorm3d(4), leaky(), new nn.MaxPool3d(2)],
      [2, 4, 5, 7, 9],
      3,
    ],
    [
      'pooled in place only',
      () => [new nn.BatchNorm3d(2), leaky(), new nn.MaxPool3d([1, 2, 2])],
      [2, 2, 3, 6, 40],
      3,
    ],
    ['windows of 3x3x3', () => [new nn.BatchNorm3d(2), leaky(), new nn.MaxPool3d(3)], [1, 2, 7, 9, 10], 3],
    [
      'windows of 3x1x1',
      () => [new nn.BatchNorm3d(2), leaky(), new nn.MaxPool3d([3, 1, 1])],
      [2, 2, 6, 4, 5],
      3,
    ],
    ['pooled frames', () => [new nn.BatchNorm2d(3), new nn.ReLU(), new nn.MaxPool2d(2)], [2, 3, 8, 9], 3],
    ['pooled signals', () => [new nn.BatchNorm1d(3), new nn.ReLU(), new nn.MaxPool1d(2)], [2, 3, 9], 3],
    [
      "a pool that overlaps stays libtorch's",
      () => [new nn.BatchNorm2d(3), new nn.ReLU(), new nn.MaxPool2d(3, { stride: 2 })],
      [2, 3, 9, 9],
      2,
    ],
    [
      'all batches averaged',
      () => [new nn.BatchNorm2d(3, { momentum: null }), new nn.ReLU()],
      [2, 3, 8, 9],
      2,
    ],
    [
      'no statistics',
      () => [new nn.BatchNorm2d(3, { trackRunningStats: false }), new nn.ReLU()],
      [2, 3, 8, 9],
      2,
    ],
  ])('%s', (_, steps, shape, used) => {
    manualSeed(3);
    scope(() => expectSame(steps(), shape, used));
  });

  test('a norm alone', () => {
    manualSeed(3);
    scope(() => {
      const norm = new nn.BatchNorm3d(4);
      expectAsTraced(norm, inputFor(norm, [2, 4, 3, 5, 7]), (maps) => norm.call(maps));
    });
  });

  test('normRelu', () => {
    manualSeed(3);
    scope(() => {
      const norm = new nn.BatchNorm3d(4);
      const input = inputFor(norm, [2, 4, 3, 5, 7]);
      expectAsTraced(norm, input, (maps) => nn.normRelu(norm, maps));
      expect(trace(() => nn.normRelu(norm, input)).calls.map(({ operator }) => operator)).toContain(
        'aten::relu',
      );
    });
  });
});

test('variance keeps its digits where the mean is a thousand deviations', () => {
  manualSeed(3);
  scope(() => {
    const [norm, wide] = [new nn.BatchNorm3d(1), new nn.BatchNorm3d(1).to({ dtype: 'float64' })];
    const input = ops.randn([4, 1, 8, 40, 40]).add(1000);
    norm.call(input);
    wide.call(input.to('float64'));
    expectClose(norm.running_var!, wide.running_var!.to('float32'), 'variance', 1e-6);
    expectClose(norm.running_mean!, wide.running_mean!.to('float32'), 'mean', 1e-6);
  });
});

test("gradients through a column are as near to those in double precision as libtorch's", () => {
  manualSeed(4);
  scope(() => {
    const block = (from: number, to: number) => [
      ...[new nn.Conv3d(from, to, 3, { padding: 1 }), new nn.BatchNorm3d(to), leaky()],
      ...[new nn.Conv3d(to, to, 3, { padding: 1 }), new nn.BatchNorm3d(to), leaky(), new nn.MaxPool3d(2)],
    ];
    const column = new nn.Sequential(...block(3, 8), ...block(8, 16), new nn.Conv3d(16, 4, 1));
    const clips = ops.randn([3, 3, 8, 24, 24]);
    const gradients = (run: () => Tensor): Tensor[] => {
      column.zeroGrad();
      run().square().mean().backward();
      const biasesBeforeNorms = /^(0|3|7|10)\.bias$/; // whose gradients are nothing but rounding
      const parameters = [...column.namedParameters()].filter(([name]) => !biasesBeforeNorms.test(name));
      return parameters.map(([, parameter]) => parameter.grad!.to('float64'));
    };
    const ours = gradients(() => column.call(clips));
    const theirs = gradients(() => trace(() => column.call(clips)).result);
    const exact = gradients(() => column.to({ dtype: 'float64' }).call(clips.to('float64')));
    const error = (found: Tensor[]): number =>
      Math.max(...found.map((one, i) => relativeError(one, exact[i]!)));
    expect(error(ours)).toBeLessThan(2 * error(theirs));
    expect(error(theirs)).toBeGreaterThan(0);
  });
});

test('of equal values the first of a window gets the gradient, and a NaN spreads', () => {
  scope(() => {
    const steps = [new nn.BatchNorm2d(1), new nn.ReLU(), new nn.MaxPool2d(2)];
    const row = new nn.Sequential(...steps);
    const input = ops
      .arange(32)
      .remainder(4)
      .div(2, { rounding_mode: 'floor' })
      .view([2, 1, 4, 4])
      .to('float32');
    input.requiresGrad = true;
    const norm = steps[0] as nn.BatchNorm2d;
    const expected = outcome(norm, input, (maps) => trace(() => row.call(maps)).result);
    const ours = outcome(norm, input, (maps) => row.call(maps));
    expectClose(ours.input!, expected.input!, 'gradient', 1e-6);
    const spoilt = noGrad(() => input.clone());
    noGrad(() => spoilt.view([-1]).narrow(0, 5, 1).fill_(Number.NaN));
    expect(
      noGrad(() => row.call(spoilt))
        .isnan()
        .all()
        .item(),
    ).toBe(true);
  });
});

test('gradients of gradients are those of the layers one by one', () => {
  manualSeed(5);
  scope(() => {
    const steps = [new nn.BatchNorm3d(3), leaky(), new nn.MaxPool3d([1, 2, 2])];
    const [row, norm] = [new nn.Sequential(...steps), steps[0] as nn.BatchNorm3d];
    const input = inputFor(norm, [2, 3, 2, 4, 6]);
    const second = (run: (maps: Tensor) => Tensor): (Tensor | null)[] => {
      const leaves = [input, norm.weight!, norm.bias!];
      const output = run(input);
      const first = grad(output.square().sum(), leaves, { createGraph: true });
      const penalty = ops.stack(first.map((one) => one!.square().sum())).sum();
      return grad(penalty, leaves, { allowUnused: true });
    };
    const expected = second((maps) => trace(() => row.call(maps)).result);
    const ours = second((maps) => row.call(maps));
    for (const [i, value] of expected.entries()) expectClose(ours[i]!, value!, `leaf ${i}`, 1e-3);
  });
});

test('a frozen input and a gradient that is not contiguous', () => {
  manualSeed(3);
  scope(() => {
    const norm = new nn.BatchNorm2d(3);
    const row = new nn.Sequential(norm, new nn.ReLU());
    const input = ops.randn([2, 3, 4, 5]);
    const weightGradient = (output: Tensor) => {
      norm.weight!.grad = null;
      output
        .permute([3, 2, 1, 0])
        .mul(ops.arange(120).view([5, 4, 3, 2]))
        .sum()
        .backward();
      return norm.weight!.grad!;
    };
    const expected = weightGradient(trace(() => row.call(input)).result);
    expectClose(weightGradient(row.call(input)), expected, 'weight', 1e-5);
  });
});

test('the same bits on one thread and on two, and without gradients', () => {
  manualSeed(3);
  const before = threads.get();
  scope(() => {
    const steps = [new nn.BatchNorm3d(7), leaky(), new nn.MaxPool3d(2)];
    const [row, norm] = [new nn.Sequential(...steps), steps[0] as nn.BatchNorm3d];
    const input = inputFor(norm, [3, 7, 4, 20, 30]);
    const on = (count: number) => {
      threads.set(count);
      return outcome(norm, input, (maps) => row.call(maps));
    };
    try {
      const [one, two] = [on(1), on(2)];
      for (const [name, value] of Object.entries(one)) expectClose(two[name]!, value, name, 0);
      expectClose(
        noGrad(() => row.call(input)),
        one.output!,
        'without gradients',
        0,
      );
    } finally {
      threads.set(before);
    }
  });
});

describe('each layer is called by itself', () => {
  const used = (steps: Steps, input: Tensor) => scope(() => normActivation(steps, input)?.used);
  class Louder extends nn.BatchNorm2d {
    override forward(input: Tensor): Tensor {
      return super.forward(input).mul(2);
    }
  }
  class Odd extends nn.ReLU {}

  test.each<[why: string, steps: () => Steps, input: () => Tensor]>([
    ['in evaluation', () => [new nn.BatchNorm2d(2).eval(), new nn.ReLU()], () => ops.randn([2, 2, 3, 3])],
    [
      'of float64',
      () => [new nn.BatchNorm2d(2).to({ dtype: 'float64' }), new nn.ReLU()],
      () => ops.randn([2, 2, 3, 3]).to('float64'),
    ],
    [
      'of another layout',
      () => [new nn.BatchNorm2d(2), new nn.ReLU()],
      () => ops.randn([2, 3, 3, 2]).permute([0, 3, 1, 2]),
    ],
    ['of nothing', () => [new nn.BatchNorm2d(2), new nn.ReLU()], () => ops.randn([0, 2, 3, 3])],
    ['of vectors', () => [new nn.BatchNorm1d(2), new nn.ReLU()], () => ops.randn([4, 2])],
    [
      'without weights',
      () => [new nn.BatchNorm2d(2, { affine: false }), new nn.ReLU()],
      () => ops.randn([2, 2, 3, 3]),
    ],
    ['of a class of somebody else', () => [new Louder(2), new nn.ReLU()], () => ops.randn([2, 2, 3, 3])],
    ['before such a class', () => [new nn.BatchNorm2d(2), new Odd()], () => ops.randn([2, 2, 3, 3])],
    [
      'before another activation',
      () => [new nn.BatchNorm2d(2), new nn.SiLU()],
      () => ops.randn([2, 2, 3, 3]),
    ],
    ['without a norm', () => [new nn.ReLU(), new nn.ReLU()], () => ops.randn([2, 2, 3, 3])],
  ])('%s', (_, steps, input) => {
    scope(() => expect(used(steps(), input())).toBeUndefined());
  });

  test('where somebody looks at what it gives out', () => {
    scope(() => {
      const row = new nn.Sequential(new nn.BatchNorm2d(2), new nn.ReLU(), new nn.MaxPool2d(2));
      const { recording } = nn.recordActivations(row, ['0', '1'], () => row.call(ops.randn([2, 2, 4, 4])));
      expect(recording.output('0').shape).toEqual([2, 2, 4, 4]);
      expect(Number(recording.output('1').min().item())).toBe(0);
      recording.dispose();
    });
  });
});

test('errors name the layer', () => {
  scope(() => {
    const row = new Segments([new nn.BatchNorm2d(3), new nn.ReLU(), new nn.MaxPool2d(2)]);
    expect(() => row.call(ops.randn([2, 4, 8, 8]))).toThrow(/0 \(BatchNorm2d\).*\[N, 3, H, W\]/s);
    expect(() => row.call(ops.randn([2, 3, 1, 8]))).toThrow(/2 \(MaxPool2d\)/);
    expect(() => row.call(ops.randn([1, 3, 1, 1]))).toThrow(/more than one value per channel/);
  });
});
