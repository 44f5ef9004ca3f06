/** Modules beyond their arithmetic: names, state_dicts, moving, paths, recordings, and what layers refuse. */
import { describe, expect, test } from 'vitest';
import {
  type KinoraError,
  memoryStats,
  nn,
  noGrad,
  ops,
  scope,
  type Tensor,
  tensor,
  trace,
} from '../index.js';
import { expectClose } from './golden.test.util.js';

class Net extends nn.Module {
  features = new nn.Sequential(new nn.Conv3d(3, 4, [2, 3, 3]), new nn.BatchNorm3d(4), new nn.ReLU());
  heads = new nn.ModuleList([new nn.Linear(4, 2), new nn.Linear(4, 5)]);

  forward(clips: Tensor): Tensor {
    const pooled = this.features.call(clips).mean([2, 3, 4]);
    return ops.cat(
      [...this.heads].map((head) => head.call(pooled)),
      1,
    );
  }
}

function errorOf(run: () => unknown): KinoraError {
  try {
    run();
  } catch (error) {
    return error as KinoraError;
  }
  throw new Error('expected an error');
}

const names = [
  'features.0.weight',
  'features.0.bias',
  'features.1.weight',
  'features.1.bias',
  'features.1.running_mean',
  'features.1.running_var',
  'features.1.num_batches_tracked',
  'heads.0.weight',
  'heads.0.bias',
  'heads.1.weight',
  'heads.1.bias',
];

describe('names', () => {
  test('parameters, buffers and modules go by their fields, in their order', () => {
    const net = new Net();
    expect([...net.stateDict().keys()]).toEqual(names);
    expect([...net.namedBuffers().keys()]).toEqual(names.slice(4, 7));
    expect(net.parameters()).toHaveLength(8);
    expect([...net.namedModules().keys()]).toEqual([
      '',
      'features',
      'features.0',
      'features.1',
      'features.2',
      'heads',
      'heads.0',
      'heads.1',
    ]);
  });

  test('a module in two places has two names in the state and is one module', () => {
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential({ first: shared, second: shared });
    expect([...net.stateDict().keys()]).toEqual([
      'first.weight',
      'first.bias',
      'second.weight',
      'second.bias',
    ]);
    expect([...net.namedParameters().keys()]).toEqual(['first.weight', 'first.bias']);
    expect([...net.namedModules().keys()]).toEqual(['', 'first']);
  });

  test('train and eval reach every module', () => {
    const net = new Net().eval();
    expect([...net.namedModules().values()].some((module) => module.training)).toBe(false);
    expect(net.train().features.training).toBe(true);
  });
});

describe('loadStateDict', () => {
  test('says everything that is wrong at once, and copies nothing', () => {
    const net = new Net();
    const state = new Map(new Net().stateDict());
    const before = net.features.stateDict().get('0.weight')!.toBytes();
    state.delete('heads.0.bias');
    state.set('extra', tensor([1]));
    state.set('heads.1.weight', tensor([[1, 2]]));
    const error = errorOf(() => net.loadStateDict(state));
    expect(error.code).toBe('nn/state-dict');
    expect(error.parts.received).toBe(
      'missing: heads.0.bias; unexpected: extra; wrong shape: heads.1.weight [1, 2] instead of [5, 4]',
    );
    expect(net.features.stateDict().get('0.weight')!.toBytes()).toEqual(before);
  });

  test('strict: false reports other names, and still refuses wrong shapes', () => {
    const net = new Net();
    const state = new Map([['extra', tensor([1])]]);
    const report = net.loadStateDict(state, { strict: false });
    expect(report).toEqual({
      missing: names.filter((name) => !name.includes('tracked')),
      unexpected: ['extra'],
    });
    state.set('heads.0.bias', tensor([1]));
    expect(() => net.loadStateDict(state, { strict: false })).toThrow(/wrong shape: heads.0.bias/);
  });

  test('names the prefix of DataParallel', () => {
    const state = new Map([...new Net().stateDict()].map(([name, value]) => [`module.${name}`, value]));
    expect(errorOf(() => new Net().loadStateDict(state)).parts.hint).toMatch(/saved from DataParallel/);
  });

  test('takes files older than num_batches_tracked, from a count of 0', () => {
    const net = new Net();
    net.call(ops.randn([2, 3, 4, 5, 5]));
    const state = new Map([...net.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked')));
    net.loadStateDict(state);
    expect(net.namedBuffers().get('features.1.num_batches_tracked')!.item()).toBe(0n);
  });
});

test('to changes dtype in place: the same tensors, gradients included; counters stay whole', () => {
  const net = new Net();
  net
    .call(ops.randn([2, 3, 4, 5, 5]))
    .sum()
    .backward();
  const [weight] = net.parameters();
  net.to({ dtype: 'float64' });
  expect(net.parameters()[0]).toBe(weight);
  expect([weight!.dtype, weight!.grad!.dtype, weight!.requiresGrad, weight!.isLeaf]).toEqual([
    'float64',
    'float64',
    true,
    true,
  ]);
  expect(net.namedBuffers().get('features.1.num_batches_tracked')!.dtype).toBe('int64');
  expect(net.call(ops.randn([2, 3, 4, 5, 5], { dtype: 'float64' })).dtype).toBe('float64');
});

test('parameters outlive the scope they are made in, and dispose frees them', () => {
  const before = memoryStats().liveTensors;
  const net = scope(() => new Net());
  expect(memoryStats().liveTensors).toBe(before + names.length);
  net.dispose();
  expect(memoryStats().liveTensors).toBe(before);
});

describe('paths', () => {
  test('errors name the module, the expected and the received shape', () => {
    const net = new Net();
    expect(errorOf(() => net.call(ops.randn([2, 4, 4, 5, 5]))).message).toBe(
      'features.0 (Conv3d): expected [N, 3, T, H, W], received [2, 4, 4, 5, 5]',
    );
    expect(errorOf(() => net.call(ops.randn([3, 4, 5, 5]))).parts.hint).toMatch(/unsqueeze\(0\)/);
    expect(errorOf(() => net.call(ops.randn([1, 3, 1, 5, 5]))).message).toBe(
      'features.0 (Conv3d): expected T >= 2, H >= 3, W >= 3 for its 2x3x3 kernel, received [1, 3, 1, 5, 5]; ' +
        'feed larger or more frames, or pool less before this layer',
    );
    expect(nn.currentModulePath()).toBe('');
  });

  test("libtorch's own refusals name the innermost module, too", () => {
    const error = errorOf(() => new Net().call(ops.randn([2, 3, 4, 5, 5], { dtype: 'float64' })));
    expect(error.code).toBe('torch/operator');
    expect(error.parts.where).toMatch(/^features\.0 \(Conv3d\), aten::conv3d\(float64\[2, 3, 4, 5, 5\]/);
  });

  test('a traced operator knows the module it ran in', () => {
    const net = new Net();
    const { calls } = trace(() => net.call(ops.randn([2, 3, 4, 5, 5])));
    const where = new Map(calls.map((call) => [call.operator, call.module]));
    expect([where.get('aten::conv3d'), where.get('aten::batch_norm'), where.get('aten::mean')]).toEqual([
      'features.0',
      'features.1',
      '',
    ]);
  });

  test('libtorch takes a batch-norm weight of any length; the layer does not', () => {
    const norm = new nn.BatchNorm3d(4);
    norm.weight = nn.parameter(ops.ones([6]));
    expect(() => norm.call(ops.randn([2, 4, 2, 2, 2]))).toThrow(
      'BatchNorm3d: expected weight of shape [4], received [6]',
    );
  });

  test.each([
    [
      'a single value per channel',
      () => new nn.BatchNorm1d(4).call(ops.randn([1, 4])),
      /more than one value per channel/,
    ],
    [
      'features',
      () => new nn.Linear(5, 3).call(ops.randn([2, 4])),
      'Linear: expected [..., 5], received [2, 4]',
    ],
    [
      'float indices',
      () => new nn.Embedding(5, 3).call(ops.randn([2])),
      'Embedding: expected int64 indices, received float32',
    ],
    [
      'a pool larger than its input',
      () => new nn.MaxPool2d(3).call(ops.randn([1, 1, 2, 5])),
      /MaxPool2d: expected H >= 3, W >= 3/,
    ],
    [
      'a state of another size',
      () => new nn.GRU(3, 4).call(ops.randn([5, 2, 3]), ops.zeros([1, 3, 4])),
      'GRU: expected a state [1, 2, 4], received [1, 3, 4]',
    ],
    [
      'float classes',
      () => nn.crossEntropy(ops.randn([2, 3]), tensor([0, 1])),
      /int64 classes .* received \[2\] float32 for logits \[2, 3\]/,
    ],
    [
      'a target to broadcast',
      () => nn.mseLoss(ops.randn([2, 3]), ops.randn([3])),
      'mseLoss: expected a target [2, 3], received [3]',
    ],
    [
      'a kernel of two sizes',
      () => new nn.Conv3d(3, 4, [3, 3]),
      'Conv3d kernelSize: expected a whole number >= 1, or 3 of them, received [3,3]',
    ],
    ['groups', () => new nn.Conv3d(3, 4, 3, { groups: 2 }), /channels divisible by groups/],
    [
      "stride with 'same'",
      () => new nn.Conv3d(3, 4, 3, { padding: 'same', stride: 2 }),
      /stride 1 with padding 'same'/,
    ],
    ['too much padding', () => new nn.MaxPool3d(2, { padding: 2 }), /at most half the kernel/],
    [
      'a probability of 2',
      () => new nn.Dropout(2),
      'Dropout p: expected a probability from 0 to 1, received 2',
    ],
  ])('refused: %s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('recordActivations', () => {
  test('outputs and their gradients by path, which outlive the scope', () => {
    const net = new Net();
    const before = memoryStats().liveTensors;
    const recording = scope(() => {
      const { result, recording } = nn.recordActivations(net, ['features.0', 'heads.1'], () =>
        net.call(ops.randn([2, 3, 4, 5, 5])),
      );
      result.pow(2).sum().backward();
      return recording;
    });
    net.zeroGrad();
    expect(recording.output('features.0').shape).toEqual([2, 4, 3, 3, 3]);
    scope(() => {
      // The loss is the sum of squares of both heads' outputs, so its gradient at one is twice the output.
      expectClose(
        recording.gradient('heads.1'),
        noGrad(() => recording.output('heads.1').mul(2)),
        'gradient',
      );
      expect(recording.gradient('features.0')!.shape).toEqual([2, 4, 3, 3, 3]);
    });
    recording.dispose();
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('each call of a shared module is recorded', () => {
    const layer = new nn.Linear(2, 2);
    const twice = new nn.Sequential({ first: layer, second: layer });
    const { recording, result } = nn.recordActivations(twice, ['first'], () => twice.call(ops.ones([1, 2])));
    expect(recording.output('first', 1)).toBe(result);
    expect(() => recording.output('first', 2)).toThrow(/called 3 times, received 2 calls/);
  });

  test('an unknown path is refused with the known ones', () => {
    const net = new Net();
    expect(() => nn.recordActivations(net, ['features.9'], () => 0)).toThrow(
      /received features.9; it has features, features.0/,
    );
  });

  test('without gradients there is an output and no gradient', () => {
    const net = new Net();
    const { recording } = nn.recordActivations(net, ['features'], () =>
      noGrad(() => net.call(ops.randn([2, 3, 4, 5, 5]))),
    );
    expect(recording.gradient('features')).toBeNull();
  });
});
