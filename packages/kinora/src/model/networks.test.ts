import { ops, scope } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { findNetwork, networks } from './registry.js';
import { networkCost } from './summary.js';

/** Published figures of the starting point: millions of parameters, GMAC. */
const FIGURES: [name: string, parameters: number, gmac: number][] = [
  ['ConvColumn5', 2.99, 4.44],
  ['ConvColumn6', 3.89, 4.44],
];

describe('the registry', () => {
  test.each(FIGURES)('%s has %f M parameters and costs %f GMAC', (name, parameters, gmac) => {
    const { build, input } = findNetwork(name);
    const network = build(27);
    const cost = networkCost(network, input);
    expect(cost.parameters / 1e6).toBeCloseTo(parameters, 2);
    expect(cost.macs / 1e9).toBeCloseTo(gmac, 2);
    network.dispose();
  });

  test('the network for laptops stays under 0.5 GMAC', () => {
    const { build, input } = findNetwork('ConvColumnSmall');
    const network = build(27);
    expect(networkCost(network, input).macs).toBeLessThan(0.5e9);
    network.dispose();
  });

  test.each(networks.map(({ name }) => name))('%s gives logits and the features they come from', (name) => {
    const { build, input } = findNetwork(name);
    const network = build(5);
    network.eval();
    scope(() => {
      const { logits, features } = network.call(ops.randn([2, 3, ...input]));
      expect(logits.shape).toEqual([2, 5]);
      const last = [...network.parameters()].filter(({ shape }) => shape.length === 2 && shape[0] === 5);
      expect(features.shape).toEqual([2, last.reduce((width, { shape }) => width + shape[1]!, 0)]);
    });
    network.dispose();
  });

  test('an LSTM multiplies with its matrices at every step', () => {
    const { build, input } = findNetwork('LRCNSmall');
    using network = build(27);
    const lstm = networkCost(network, input).layers.find(({ path }) => path === 'lstm')!;
    expect(lstm.macs).toBe(16 * (4 * 128 * 128 + 4 * 128 * 128));
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
      'ConvColumn6, conv_layer4.0 (conv): expected at least 2x3x3, received 1x8x8 from clips of 10x84x84 ' +
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

test('state_dict names are those of the starting point', () => {
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
