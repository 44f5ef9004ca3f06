/** What holds for every network of the registry, whatever its family; and the published figures of some. */
import { KinoraError, memoryStats, nn, noGrad, ops, scope, shapesOnly } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { entryCost } from './cost/cost.js';
import { zeroInputs } from './input.js';
import type { Size3 } from './layers.js';
import { Network, type NetworkEntry } from './network.js';
import { addNetwork, findNetwork, networks } from './registry.js';

/** Published figures for the number of classes given, and another size of clips if there is one: millions of parameters, GMAC. */
const FIGURES: [name: string, parameters: number, gmac: number, classes: number, size?: Size3][] = [
  // the tutorial
  ['ConvColumn5', 2.99, 4.44, 27],
  ['ConvColumn6', 3.89, 4.44, 27],
  ['ConvColumn7', 36.55, 5.46, 27],
  ['ConvColumn8', 36.55, 5.46, 27],
  ['ConvColumn9', 26.24, 5.27, 27],
  // torchvision's documentation
  ['r3d_18', 33.37, 40.7, 400],
  ['mc3_18', 11.7, 43.34, 400],
  ['r2plus1d_18', 31.51, 40.52, 400],
  ['resnet18', 11.69, 0.485, 1000],
  ['resnet50', 25.56, 1.078, 1000],
  // TSM's table 2 says 24.3 M and 33 G
  ['TSMResNet50', 24.33, 32.7, 400],
  // PyTorchVideo's parameters; cost as in PySlowFast's model zoo
  ['x3d_xs', 3.79, 0.6, 400],
  ['x3d_s', 3.79, 1.96, 400],
  ['x3d_m', 3.79, 4.73, 400],
  // PyTorchVideo's model zoo, and the paper's table 2, for test crops of 256 pixels
  ['slow_r50', 32.45, 54.52, 400, [8, 256, 256]],
  ['slowfast_4x16_r50', 34.48, 36.1, 400, [32, 256, 256]],
  ['slowfast_r50', 34.57, 65.71, 400, [32, 256, 256]],
  // VMZ's model zoo says 96.7 G and 108.8 G; its 29.6 M and 32.8 M leave out batch norms
  ['ir_csn_152', 29.7, 96.71, 400, [32, 256, 256]],
  ['ip_csn_152', 33.02, 108.79, 400, [32, 256, 256]],
];

test.each(FIGURES)('%s has %f M parameters and costs %f GMAC', (name, parameters, gmac, classes, size) => {
  const entry = findNetwork(name);
  const cost = entryCost({ ...entry, input: size ?? entry.input }, classes);
  expect(Math.abs(cost.parameters / 1e6 - parameters)).toBeLessThan(0.006);
  expect(Math.abs(cost.macs / 1e9 - gmac)).toBeLessThan(0.006);
});

/** Millions of parameters, and of operations as the authors count them: see their count_hooks.py. */
const MOBILE: [name: string, parameters: number, mflop: number][] = [
  ['MobileNet3D_0.2x', 0.96, 63],
  ['MobileNet3D_0.45x', 1.4, 177],
  ['MobileNet3D_0.7x', 2.05, 325],
  ['MobileNet3D_1.0x', 3.12, 561],
];

test.each(MOBILE)(
  '%s has %f M parameters and %d MFLOP, as published for 600 classes',
  (name, parameters, mflop) => {
    const { layers, ...cost } = entryCost(findNetwork(name), 600);
    const elements = (type: string) =>
      layers
        .filter((layer) => layer.type === type)
        .reduce((sum, { output }) => sum + output.reduce((a, b) => a * b, 1), 0);
    const additions = 600 * (1280 - 1);
    const operations = cost.macs + 2 * elements('BatchNorm3d') + elements('ReLU6') + additions;
    expect(cost.parameters / 1e6).toBeCloseTo(parameters, 2);
    expect(Math.round(operations / 1e6)).toBe(mflop);
  },
);

/** Millions of operations as the same authors count them. */
const SHUFFLE: [name: string, mflop: number][] = [
  ['ShuffleNet3D_0.5x', 78],
  ['ShuffleNet3D_1.0x', 199],
  ['ShuffleNet3D_2.0x', 538],
];

test.each(SHUFFLE)('%s has %d MFLOP, as published for 600 classes', (name, mflop) => {
  const { layers, ...cost } = entryCost(findNetwork(name), 600);
  const elements = (...types: string[]) =>
    layers
      .filter(({ type }) => types.includes(type))
      .reduce((sum, { output }) => sum + output.reduce((a, b) => a * b, 1), 0);
  // A ReLU follows the first norm of a unit, and the unit.
  const relus = elements('ReLU', 'ChannelShuffle', 'ShuffleUnit');
  const pools = 2 * elements('MaxPool3d') + 2 * 3 * 3 * elements('AvgPool3d');
  const additions = 600 * (layers.find(({ type }) => type === 'Dropout')!.output[0]! - 1);
  const operations = cost.macs + 2 * elements('BatchNorm3d') + relus + pools + additions;
  expect(Math.round(operations / 1e6)).toBe(mflop);
});

const smalls = networks.filter(({ name }) => name.endsWith('Small'));

test('each family has a network for laptops: 84 pixels, at most 0.4 GMAC', () => {
  const families = new Set(networks.map(({ family }) => family));
  expect(new Set(smalls.map(({ family }) => family))).toEqual(families);
  for (const entry of smalls) {
    expect(entry.input.slice(1), entry.name).toEqual([84, 84]);
    expect(entryCost(entry, 27).macs, entry.name).toBeLessThan(0.4e9);
  }
});

test('names are unique', () => {
  expect(new Set(networks.map(({ name }) => name)).size).toBe(networks.length);
});

/** What clips of this size become, without arithmetic. */
function forwardShapes({ build }: NetworkEntry, size: Size3, channels = 3) {
  return shapesOnly(() =>
    scope(() => {
      const network = build(5, size);
      const [, ...flow] = zeroInputs(network, size, { n: 2 });
      const { logits, features } = network.call(ops.zeros([1]).expand([2, channels, ...size]), ...flow);
      const shapes = { logits: logits.shape, features: features.shape, last: classifierInputs(network) };
      network.dispose();
      return shapes;
    }),
  );
}

/** Inputs of the layers that give out the classes; of several their sum. */
const classifierInputs = (network: Network): number =>
  network
    .parameters()
    .filter(({ shape }) => shape.length === 2 && shape[0] === 5)
    .reduce((width, { shape }) => width + shape[1]!, 0);

describe.each(networks.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
  test('turns clips into logits, and features that its last layer takes', () => {
    expect(shapesOnly(() => entry.build(5).flow)).toBe(entry.flow === true);
    const { logits, features, last } = forwardShapes(entry, entry.input);
    expect(logits).toEqual([2, 5]);
    expect(features).toEqual([2, last]);
  });

  test('has segments, so that its activations can be checkpointed', () => {
    const modules = shapesOnly(() => [...entry.build(5).namedModules().values()]);
    expect(modules.some((module) => module instanceof nn.Segments)).toBe(true);
  });

  const modules = () => shapesOnly(() => entry.build(5).namedModules());

  test('refuses clips of another number of channels, naming itself or a layer of its own', () => {
    const { where, expected, received } = errorOf(() => forwardShapes(entry, entry.input, 4));
    const [, path, type] = /^(\S+) \((\w+)\)/.exec(where!) ?? [];
    if (path === undefined) expect(where).toBe(entry.name);
    else expect(modules().get(path)?.constructor.name).toBe(type);
    expect(`${expected} ${received}`).toMatch(/\[N, 3, .*\[\d+, 4, /);
  });

  test('takes a single pixel, or names what fails and the smallest size that fits', () => {
    const taken = refusalOf(() => expect(forwardShapes(entry, [1, 1, 1]).logits).toEqual([2, 5]));
    if (taken === undefined) return;
    const { where, hint } = taken;
    const fitting = /^clips of (\d+)x(\d+)x(\d+) fit$/.exec(hint!)!.slice(1).map(Number);
    expect(forwardShapes(entry, fitting as unknown as Size3).logits).toEqual([2, 5]);
    const [, path, type] = /, (\S+) \((\w+)\)$/.exec(where!) ?? [];
    if (path === undefined) return expect(where).toBe(entry.name);
    expect(where).toBe(`${entry.name}, ${path} (${type})`);
    expect(modules().get(path)?.constructor.name).toBe(type);
    for (const [axis, length] of fitting.entries()) {
      if (length === 1) continue;
      const smaller = fitting.with(axis, length - 1) as unknown as Size3;
      expect(
        refusalOf(() => forwardShapes(entry, smaller)),
        String(smaller),
      ).toBeDefined();
    }
  });

  test('keeps no weights when it refuses a size, nor when it is freed', () => {
    const before = memoryStats().liveTensors;
    try {
      scope(() => shapesOnly(() => entry.build(5, [1, 1, 1])).dispose());
    } catch (error) {
      if (!(error instanceof KinoraError)) throw error;
    }
    expect(memoryStats().liveTensors).toBe(before);
  });
});

function errorOf(run: () => unknown): KinoraError['parts'] {
  const error = refusalOf(run);
  if (error === undefined) throw new Error('expected an error');
  return error;
}

function refusalOf(run: () => unknown): KinoraError['parts'] | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof KinoraError) return error.parts;
    throw error;
  }
}

describe.each(smalls.map((entry) => [entry.name, entry] as const))(
  '%s, really run',
  (_, { build, input }) => {
    const inputs = (network: Network) => {
      const [clips, flow] = zeroInputs(network, input, { n: 2 });
      return [clips.normal_(), flow?.normal_()] as const;
    };

    test('gives every parameter a gradient', () => {
      using network = build(5, input);
      scope(() => {
        const { logits } = network.call(...inputs(network));
        nn.crossEntropy(logits, ops.zeros([2], { dtype: 'int64' })).backward();
        const still = [...network.namedParameters()].filter(
          ([, { grad }]) => Number(grad?.abs().sum().item() ?? 0) === 0,
        );
        expect(still.map(([name]) => name)).toEqual([]);
      });
    });

    test('gives the same logits from the weights of another of its kind', () => {
      using network = build(5, input);
      using other = build(5, input);
      scope(() => {
        network.call(...inputs(network));
        other.loadStateDict(network.stateDict());
        const same = inputs(network);
        const [a, b] = [network, other].map((one) => noGrad(() => one.eval().call(...same)).logits);
        expect(ops.equal(a!, b!)).toBe(true);
      });
    });
  },
);

test('an LSTM multiplies with its matrices at every step', () => {
  const lstm = entryCost(findNetwork('LRCNSmall'), 27).layers.find(({ path }) => path === 'lstm')!;
  expect(lstm.macs).toBe(16 * (4 * 128 * 128 + 4 * 128 * 128));
});

test('a layer that sees frame by frame shows and counts all frames', () => {
  const { layers } = entryCost(findNetwork('TSNSmall'), 27);
  const stem = layers.find(({ path }) => path === 'base_model.conv1')!;
  expect(stem.output).toEqual([16, 16, 21, 21]);
  expect(stem.macs).toBe(16 * 16 * 21 * 21 * 3 * 7 * 7);
});

describe('by name', () => {
  test("one's own networks are found by their names, which must be new", () => {
    addNetwork({ ...findNetwork('SingleFrameSmall'), name: 'Mine' });
    const network = findNetwork('Mine').build(4);
    expect(network).toBeInstanceOf(Network);
    network.dispose();
    expect(() => addNetwork(findNetwork('Mine'))).toThrow('expected a name that no network has yet');
  });

  test('an unknown name comes with the nearest one', () => {
    expect(() => findNetwork('convcolumn6')).toThrow(
      /received "convcolumn6"; the nearest name is "ConvColumn6"/,
    );
  });
});

describe('a clip of the wrong size', () => {
  const { build } = findNetwork('ConvColumn6');

  test('names the layer that collapses and a size that fits', () => {
    expect(() => build(27, [10, 84, 84])).toThrow(
      'ConvColumn6, conv_layer4.0 (Conv3d): expected T >= 2, H >= 3, W >= 3 for its 2x3x3 kernel, received ' +
        '[1, 124, 1, 8, 8] from clips of 10x84x84 ' +
        '(frames x height x width); clips of 16x84x84 fit',
    );
  });

  test('is refused in forward too, and the size that is advised works', () => {
    const network = build(27);
    network.eval();
    scope(() => {
      expect(() => network.call(ops.zeros([1, 3, 18, 64, 84]))).toThrow(/clips of 18x78x84 fit/);
      expect(network.call(ops.zeros([1, 3, 18, 78, 84])).logits.shape).toEqual([1, 27]);
    });
    network.dispose();
  });
});

test('state_dict names are those of the tutorial', () => {
  const network = findNetwork('ConvColumn6').build(27);
  const names = [...network.stateDict().keys()];
  expect(names).toContain('conv_layer1.0.weight');
  expect(names).toContain('conv_layer4.4.running_var');
  expect(names.filter((name) => name.startsWith('conv_layer5'))).toEqual([
    'conv_layer5.weight',
    'conv_layer5.bias',
  ]);
  expect(names.filter((name) => /^(fc|batch)\d\.weight$/.test(name))).toEqual(
    ['fc5', 'batch0', 'fc6', 'batch1', 'fc7'].map((layer) => `${layer}.weight`),
  );
  network.dispose();
});
