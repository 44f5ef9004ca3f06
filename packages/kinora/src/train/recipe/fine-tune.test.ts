/** Fine-tuning: weights of another training, layers that stay as they are, rates of their own. */
import { join } from 'node:path';
import { fromTypedArray, serialize, type Tensor } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig, RunConfigInput } from '../../config/index.js';
import { effectiveConfig } from '../../config/index.js';
import { findNetwork } from '../../model/registry.js';
import { readMetrics } from '../../run/metrics-log.js';
import { runFolderOf } from '../../run/run-folder.js';
import { TinyData, trainSession } from '../tiny-run.test.util.js';
import { describeInit, initFrom } from './init-from.js';
import { runOptimizer } from './optimizer.js';
import { freeze, matches, trainMode } from './parameters.js';

let data: TinyData;
let source: RunConfig;
beforeAll(async () => {
  data = new TinyData();
  source = data.config('source', { epochs: 1 });
  await trainSession(source);
});
afterAll(() => data.remove());

const network = (classes = 3) => findNetwork('SingleFrameSmall').build(classes);
/** The tensors of a run's model as text, by name. */
function modelOf(config: RunConfig): Map<string, string> {
  const file = join(runFolderOf(config).checkpoints, 'last', 'model.safetensors');
  return serialize.withFile(file, (bytes) => {
    const { tensors } = serialize.parseSafetensors(bytes);
    return new Map([...tensors].map(([name, t]) => [name, Buffer.from(t.bytes()).toString('base64')]));
  });
}

describe('patterns', () => {
  test.each([
    ['conv_layer1', 'conv_layer1.0.weight', true],
    ['conv_layer1', 'conv_layer10.0.weight', false],
    ['fc7.bias', 'fc7.bias', true],
    ['*.bias', 'conv_layer1.0.bias', true],
    ['*.bias', 'bias_net.weight', false],
    ['conv_layer?.0.*', 'conv_layer2.0.weight', true],
    ['*', 'fc7.weight', true],
  ])('%s means %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test('that mean nothing are told, with the nearest name', () => {
    using net = network();
    expect(() => freeze(net, ['base_modle'])).toThrow(
      /^freeze: expected patterns of parameters of this network \(layers base_model.*, new_fc\), received "base_modle", which matches none; the nearest name is "base_model"$/,
    );
    expect(() => freeze(net, ['*'])).toThrow('freeze: expected at least one parameter to train');
  });
});

describe('initFrom', () => {
  const begin = (classes: number, file: string) => {
    using net = network(classes);
    const before = net.stateDict().get('new_fc.bias')!.toTypedArray();
    const report = initFrom(net, file, { model: 'SingleFrameSmall', classes });
    return { report, before, after: net.stateDict().get('new_fc.bias')!.toTypedArray() };
  };
  const file = () => join(runFolderOf(source).checkpoints, 'last', 'model.safetensors');
  const changed = (name: string, change: (tensors: Map<string, Tensor>) => void): string => {
    const tensors = serialize.loadSafetensors(file());
    change(tensors);
    serialize.saveTorch(data.at(name), { state_dict: tensors });
    return data.at(name);
  };

  test('takes everything of the same network', () => {
    const { report } = begin(3, file());
    expect(report.taken).toHaveLength(modelOf(source).size);
    expect([report.classifier, report.missing, report.unexpected]).toEqual([[], [], []]);
  });

  test('inflates the file of a 2D network, and says so', () => {
    using image = findNetwork('ResNetSmall').build(5);
    using clip = findNetwork('I3DResNetSmall').build(3);
    const file = data.at('image.safetensors');
    serialize.saveSafetensors(file, image.stateDict());
    const report = initFrom(clip, file, { model: 'I3DResNetSmall', classes: 3 });
    expect(report.inflated).toHaveLength(12);
    expect([report.missing, report.unexpected]).toEqual([[], []]);
    const lines = describeInit(report, file);
    expect(lines[1]).toMatch(
      /^ {2}kernels of a 2D network, inflated along time: conv1.weight, layer1.0.conv1.weight, /,
    );
    expect(lines[2]).toMatch(/fc.weight \[5, 128\] instead of \[3, 128\]/);
  });

  test('leaves a classifier of another size as it was drawn, and says so', () => {
    const { report, before, after } = begin(5, file());
    expect(after).toEqual(before);
    expect(report.classifier.map((line) => line.split(' ')[0])).toEqual(['new_fc.weight', 'new_fc.bias']);
    expect(describeInit(report, 'x').join('\n')).toMatch(
      /^weights from x: \d+ tensors taken\n {2}a classifier of another size, left at its initial values: new_fc.weight \[3, \d+\] instead of \[5, \d+\], new_fc.bias \[3\] instead of \[5\]$/,
    );
  });

  test("tells what is missing and unexpected in PyTorch's files, DataParallel's prefix aside", () => {
    const path = changed('renamed.pth', (tensors) => {
      tensors.set('module.head.bias', tensors.get('new_fc.bias')!);
      tensors.delete('new_fc.bias');
    });
    const { report } = begin(3, path);
    expect([report.missing, report.unexpected]).toEqual([['new_fc.bias'], ['head.bias']]);
  });

  test('refuses weights of a training that has diverged', () => {
    const path = changed('nan.pth', (tensors) => void tensors.get('new_fc.bias')!.fill_(Number.NaN));
    expect(() => begin(3, path)).toThrow(
      'nan.pth: expected finite weights, received NaN or infinity in new_fc.bias',
    );
  });

  test('refuses weights of another architecture, naming both', () => {
    const other = changed('other.pth', (tensors) => {
      const name = [...tensors.keys()].find((key) => key.startsWith('base_model') && key.endsWith('weight'))!;
      tensors.set(name, fromTypedArray(new Float32Array(2), [2]));
    });
    expect(() => begin(3, other)).toThrow(/other.pth: .*wrong shape: base_model.*weight \[2\] instead of \[/);
    const foreign = changed('foreign.pth', (tensors) => {
      const kept = tensors.get('new_fc.bias')!;
      tensors.clear();
      tensors.set('features.0.bias', kept);
    });
    const known = data.at('known.safetensors');
    using conv = findNetwork('ConvColumn5').build(3);
    serialize.saveSafetensors(known, conv.stateDict());
    expect(() => begin(3, known)).toThrow(
      'known.safetensors: expected the weights of SingleFrameSmall, as in the configuration, received those of ConvColumn5: tensors named',
    );
    expect(() => begin(3, foreign)).toThrow(
      'received tensors named features.0.bias, ... instead of base_model',
    );
  });
});

describe('a run', () => {
  const tuned: RunConfigInput = {
    epochs: 1,
    freeze: ['base_model.conv1', 'base_model.bn1', 'base_model.layer1'],
    emaDecay: 0.9,
  };

  test('begins with the weights of another, and leaves frozen layers as they were, statistics too', async () => {
    const config = data.config('tuned', { ...tuned, initFrom: runFolderOf(source).path });
    const { lines } = await trainSession(config);
    expect(lines[0]).toMatch(/^weights from .*source.checkpoints.best.model.safetensors: \d+ tensors taken$/);
    const [before, after] = [modelOf(source), modelOf(config)];
    for (const [name, bytes] of before) {
      const frozen = /^base_model\.(conv1|bn1|layer1)\./.test(name);
      expect([name, after.get(name) === bytes]).toEqual([name, frozen]);
    }
  });

  test('whose weights are missing writes nothing', async () => {
    const config = data.config('nowhere', { initFrom: data.at('no-such-run') });
    await expect(trainSession(config)).rejects.toThrow('no-such-run: expected a run folder, a checkpoint or');
  });

  test('is not resumed with other frozen layers', async () => {
    const config = data.config('tuned', { ...tuned, freeze: [] });
    await expect(trainSession(config, { resume: true })).rejects.toThrow(
      'expected a checkpoint with freeze [], as in the configuration, received ["base_model.conv1","base_model.bn1","base_model.layer1"]',
    );
  });

  test('trains layers at rates of their own; the rate that is logged is the common one', async () => {
    using net = network();
    freeze(net, ['*.bias']);
    const lrMultipliers = { 'base_model.layer1': 0.1, new_fc: 10, 'new_fc.weight': 5 };
    const optimizer = runOptimizer(effectiveConfig({ lr: 0.01, lrMultipliers }), net);
    const first = [...net.namedParameters()].filter(([name]) =>
      /^base_model\.layer1\..*weight$/.test(name),
    ).length;
    expect(optimizer.groups.map(({ lr, params }) => [lr.toFixed(4), params.length])).toEqual([
      ['0.0100', net.parameters().filter((p) => p.requiresGrad).length - first - 1],
      ['0.0010', first],
      ['0.0500', 1],
    ]);
    const run = data.config('rates', { epochs: 1, lr: 0.01, lrMultipliers, schedule: 'constant' });
    await trainSession(run);
    expect(new Set(readMetrics(runFolderOf(run).metrics).map(({ lr }) => lr))).toEqual(new Set([0.01]));
  });
});

test('batch norm of frozen layers alone stays in evaluation mode', () => {
  using net = network();
  trainMode(net, ['base_model.layer1']);
  const modes = [...net.namedModules()].filter(([, module]) => 'running_mean' in module);
  expect(modes.length).toBeGreaterThan(1);
  for (const [path, module] of modes)
    expect([path, module.training]).toEqual([path, !path.startsWith('base_model.layer1')]);
});
