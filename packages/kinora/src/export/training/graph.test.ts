/** What a training graph says of itself, frozen layers and the prefix, dropout, and what is refused. */
import { manualSeed, nn, ops, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { Network, type NetworkOutput } from '../../model/network.js';
import { findNetwork } from '../../model/registry.js';
import { specFor } from '../agreement.test.util.js';
import { bothTrainers, difference, OnnxTrainer, randomBatch } from './agreement.test.util.js';
import { type TrainingOptions, toTrainingOnnx } from './graph.js';
import { RANDOM_RANGE, ROUNDS } from './random.js';

const SIZE = [8, 40, 40] as const;
const CLASSES = 3;

/** Without kinks: a value on the kink of an activation falls to either side by rounding, and its gradient comes or not. */
function small(): Network {
  manualSeed(4);
  const network = findNetwork('ConvColumnSmall').build(CLASSES, SIZE);
  for (const module of network.namedModules().values()) {
    if (module instanceof nn.Dropout) module.p = 0;
    if (module instanceof nn.LeakyReLU) Object.assign(module, { negativeSlope: 1 });
  }
  return network;
}

const exported = (network: Network, options: TrainingOptions = {}) =>
  toTrainingOnnx({ network, name: 'ConvColumnSmall', spec: specFor(SIZE, CLASSES) }, '1.2.3', options);

describe('the description', () => {
  test('names every input and output, with shapes and what it is before the first step', () => {
    using network = small();
    const { step, spec, prefix } = exported(network, { optimizer: 'sgd' });
    expect(prefix).toBeNull();
    expect(JSON.parse(step.header.metadata.training!)).toEqual(spec);
    expect(step.header.metadata).toMatchObject({ kinora: '1.2.3', network: 'ConvColumnSmall' });
    expect(spec).toMatchObject({
      version: 1,
      optimizer: { optimizer: 'sgd', momentum: 0.9, weightDecay: 1e-5 },
      freeze: [],
      data: [{ name: 'clips', rows: 1, shape: [3, ...SIZE] }],
      classifier: { weight: 'fc7.weight', bias: 'fc7.bias' },
    });
    const state = (input: string) => spec.state.find((entry) => entry.input === input);
    expect(state('fc7.weight')).toEqual({
      input: 'fc7.weight',
      output: 'next.fc7.weight',
      kind: 'parameter',
      shape: [3, 128],
      initial: 'weights',
    });
    expect(state('fc7.bias.momentum_buffer')).toMatchObject({ kind: 'moment', shape: [3], initial: 'zeros' });
    expect(state('conv_layer4.4.running_var')).toMatchObject({ kind: 'statistic', initial: 'weights' });
    const names = (ports: readonly { name: string }[]) => ports.map(({ name }) => name).sort();
    expect(names(step.graph.inputs)).toEqual(
      ['targets', 'learning_rate', 'step', 'seed', 'clips', ...spec.state.map(({ input }) => input)].sort(),
    );
    expect(names(step.graph.outputs)).toEqual(
      ['loss', 'logits', 'features', ...spec.state.map(({ output }) => output)].sort(),
    );
  });

  test('leaves the network as it was: weights, statistics, mode, what is frozen', () => {
    using network = small();
    network.eval();
    const snapshot = () => [
      ...[...network.stateDict()].map(([name, tensor]) => [name, String(tensor.toTypedArray())]),
      ...[...network.namedModules()].map(([path, { training }]) => [path, training]),
      ...[...network.namedParameters()].map(([name, { requiresGrad }]) => [name, requiresGrad]),
    ];
    const before = snapshot();
    exported(network, { freeze: ['conv_layer1'] });
    expect(() => exported(network, { freeze: ['*'] })).toThrow(
      'freeze: expected at least one parameter to train',
    );
    expect(snapshot()).toEqual(before);
  });
});

describe('frozen layers', () => {
  const agrees = async (freeze: string[]) => {
    using network = small();
    const { onnx, torch, model } = bothTrainers(network, SIZE, CLASSES, { optimizer: 'sgd', freeze });
    for (let step = 0; step < 3; step++) {
      const batch = randomBatch(3, SIZE, CLASSES);
      const expected = torch.step(batch, 0.05);
      for (const [key, values] of await onnx.step(batch, 0.05)) {
        if (/\.0?\.?bias/.test(key)) continue; // before a batch norm a bias has no gradient but rounding
        expect(difference(values, expected.get(key)!), `${key}, step ${step}`).toBeLessThan(1e-4);
      }
    }
    await onnx.release();
    return model;
  };

  test('at the beginning become a prefix, computed once a clip', async () => {
    const { spec, prefix, step } = await agrees(['conv_layer1', 'conv_layer2', 'conv_layer3']);
    expect(spec.data).toEqual([{ name: 'prefix', rows: 1, shape: [64, 4, 5, 5] }]);
    expect(prefix!.graph.outputs.map(({ name }) => name)).toEqual(['prefix']);
    expect(JSON.parse(prefix!.header.metadata.prefix!)).toEqual(spec.data);
    const ops = prefix!.graph.nodes.map(({ op }) => op);
    expect(ops.filter((op) => op === 'Conv')).toHaveLength(4);
    expect(ops).not.toContain('BatchNormalization');
    expect(spec.state.map(({ input }) => input).filter((name) => /^conv_layer[123]/.test(name))).toEqual([]);
    expect([...step.graph.constants.keys()].filter((name) => /conv_layer[123]/.test(name))).toEqual([]);
  });

  test('behind learning ones hand gradients on, with their own statistics', async () => {
    const { spec, prefix } = await agrees(['conv_layer2', 'conv_layer3.4']);
    const inputs = spec.state.map(({ input }) => input);
    expect(inputs).toContain('conv_layer1.2.weight');
    expect(inputs.filter((name) => name.startsWith('conv_layer2'))).toEqual([]);
    expect(inputs).not.toContain('conv_layer3.4.running_mean');
    // Before the first learnt weight are the motion and the average pool, which cost nothing to keep either.
    expect(prefix!.graph.nodes.map(({ op }) => op)).toEqual(expect.arrayContaining(['Sub', 'AveragePool']));
  });

  test('all but the last leave a prefix of features', async () => {
    const { spec, prefix } = await agrees(['conv_layer*']);
    expect(spec.data).toEqual([{ name: 'prefix', rows: 1, shape: [128] }]);
    expect(spec.state.map(({ input }) => input)).toEqual([
      'fc7.weight',
      'fc7.weight.momentum_buffer',
      'fc7.bias',
      'fc7.bias.momentum_buffer',
    ]);
    expect(prefix!.graph.nodes.filter(({ op }) => op === 'Conv')).toHaveLength(6);
  });

  test('that no network has are refused with the nearest name', () => {
    using network = small();
    expect(() => exported(network, { freeze: ['conv_layer9'] })).toThrow(
      /^freeze: expected patterns of parameters .*received "conv_layer9".*nearest name is "conv_layer/,
    );
  });
});

/** A layer of four values a clip, dropped at random, then three classes. */
class Dropping extends Network {
  readonly mix = new nn.Conv3d(3, 4, 1);
  readonly drop: nn.Module;
  readonly fc = new nn.Linear(4 * 32, 3);
  constructor(drop: nn.Module) {
    super();
    this.drop = drop;
  }
  forward(clips: Tensor): NetworkOutput {
    const features = this.drop.call(this.mix.call(clips)).flatten(1);
    return { logits: this.fc.call(features), features };
  }
}

describe('dropout', () => {
  const TINY = [2, 4, 4] as const;
  const start = (drop: nn.Module) => {
    manualSeed(6);
    const network = new Dropping(drop);
    const model = toTrainingOnnx({ network, name: 'test', spec: specFor(TINY, 3) }, '0', {
      optimizer: 'sgd',
      weightDecay: 0,
    });
    return { network, trainer: new OnnxTrainer(model, network, TINY) };
  };
  const zeros = (values: Float32Array) => Array.from(values, (value) => value === 0);

  test('is a function of seed and step', async () => {
    const runs = await Promise.all(
      [0, 0, 1].map(async (seed) => {
        const { network, trainer } = start(new nn.Dropout(0.3));
        manualSeed(1);
        const batch = randomBatch(8, TINY, 3);
        const steps = [await trainer.step(batch, 0, seed), await trainer.step(batch, 0, seed)];
        await trainer.release();
        network.dispose();
        return steps.map((values) => zeros(values.get('features')!));
      }),
    );
    const [first, again, other] = runs as [boolean[][], boolean[][], boolean[][]];
    expect(again).toEqual(first);
    expect(first[1]).not.toEqual(first[0]);
    expect(other[0]).not.toEqual(first[0]);
    const dropped = first.flat();
    expect(dropped).toHaveLength(2048);
    const share = dropped.filter(Boolean).length / 2048;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 2048));
  });

  test('draws by the published permutation, so that every runtime drops the same values', async () => {
    const permuted = (x: bigint, key: bigint): bigint =>
      ROUNDS.reduce((y, round) => ((y + key + BigInt(round)) % P) ** 5n % P, x);
    const P = BigInt(RANDOM_RANGE);
    const [seed, step] = [7n, 1n];
    const key = permuted(0n, permuted(seed, step));
    const expected = Array.from(
      { length: 256 },
      (_, i) => permuted(BigInt(i), key) < Math.round(0.3 * RANDOM_RANGE),
    );
    const { network, trainer } = start(new nn.Dropout(0.3));
    const values = await trainer.step(randomBatch(2, TINY, 3), 0, Number(seed));
    expect(zeros(values.get('features')!)).toEqual(expected);
    await trainer.release();
    network.dispose();
  });

  test('of whole channels drops all of a channel or nothing of it', async () => {
    const { network, trainer } = start(new nn.Dropout3d(0.5));
    const dropped = zeros((await trainer.step(randomBatch(16, TINY, 3), 0)).get('features')!);
    const channels = Array.from({ length: 64 }, (_, i) => new Set(dropped.slice(i * 32, i * 32 + 32)));
    expect(channels.every(({ size }) => size === 1)).toBe(true);
    expect(channels.filter((values) => values.has(true)).length).toBeGreaterThan(10);
    expect(channels.filter((values) => values.has(false)).length).toBeGreaterThan(10);
    await trainer.release();
    network.dispose();
  });

  test('scales what is left, in the gradient too', async () => {
    const { network, trainer } = start(new nn.Dropout(0.3));
    const batch = randomBatch(2, TINY, 3);
    const weight = trainer.state.get('fc.weight')!.slice();
    const values = await trainer.step(batch, 0);
    const [logits, features] = [values.get('logits')!, values.get('features')!];
    const expected = new Float64Array(4);
    for (let n = 0; n < 2; n++) {
      const row = Array.from(logits.slice(3 * n, 3 * n + 3), Math.exp);
      const total = row.reduce((a, b) => a + b);
      const slope = row.map((value, k) => (value / total - batch.targets[3 * n + k]!) / 2);
      for (let i = 0; i < 128; i++) {
        if (features[128 * n + i] === 0) continue;
        expected[Math.floor(i / 32)]! += slope.reduce((sum, s, k) => sum + s * weight[128 * k + i]!, 0) / 0.7;
      }
    }
    const bias = values.get('mix.bias.momentum_buffer')!;
    expect(difference(bias, Float32Array.from(expected))).toBeLessThan(1e-5);
    await trainer.release();
    network.dispose();
  });
});

describe('what cannot be trained is refused with its place', () => {
  class Probe extends Network {
    readonly mix = new nn.Conv3d(3, 4, 1);
    readonly inner: nn.Module;
    constructor(forward: (maps: Tensor) => Tensor, norm: nn.Module = new nn.Identity()) {
      super();
      this.inner = new (class extends nn.Module {
        readonly norm = norm;
        forward(maps: Tensor): Tensor {
          return forward(norm.call(maps));
        }
      })();
    }
    forward(clips: Tensor): NetworkOutput {
      const features = this.inner.call(this.mix.call(clips)).flatten(1);
      return { logits: features, features };
    }
  }
  const refusal =
    (forward: (maps: Tensor) => Tensor, options: TrainingOptions = {}, norm?: nn.Module) =>
    () => {
      using network = new Probe(forward, norm);
      return exported(network, options);
    };

  test('an operator without a gradient', () => {
    expect(refusal((x) => x.cumsum(2))).toThrow(
      'inner: expected operators that onnx-train can differentiate, received aten::cumsum',
    );
  });

  test('though not before the first parameter, where no gradient is wanted', () => {
    class Behind extends Probe {
      override forward(clips: Tensor): NetworkOutput {
        return super.forward(ops.cumsum(clips, 2));
      }
    }
    using network = new Behind((x) => x);
    expect(exported(network).spec.state.map(({ input }) => input)).toContain('mix.weight');
  });

  test('an operator that has no ONNX form', () => {
    expect(refusal((x) => x.sort()[0])).toThrow(
      'inner: expected operators that export knows, received aten::sort',
    );
  });

  test('a batch norm that averages over all batches', () => {
    expect(refusal((x) => x, {}, new nn.BatchNorm3d(4, { momentum: null }))).toThrow(
      'inner.norm: expected a batch norm whose running statistics have a momentum, received momentum null',
    );
  });
});
