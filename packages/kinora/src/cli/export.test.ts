import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { manualSeed, serialize, type Tensor } from '@kinora/torch';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNetwork } from '../model/registry.js';
import { openModel } from '../run/open.js';
import { kinoraHere } from './terminal/kinora.test.util.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-export-'));
const at = (...names: string[]): string => join(folder, ...names);
const labels = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
afterAll(() => rmSync(folder, { recursive: true }));

const kinora = (...words: string[]) => kinoraHere(folder, 'export', ...words);

beforeAll(() => {
  manualSeed(3);
  const spec = { ...defaultSpec(labels), frames: 1, stride: 1 };
  using column = findNetwork('ConvColumnSmall').build(labels.length, [8, 40, 40]);
  const small = { ...defaultSpec(labels), frames: 8, crop: { height: 40, width: 40 } };
  serialize.saveSafetensors(at('column.safetensors'), column.stateDict(), { spec: JSON.stringify(small) });
  using network = findNetwork('SingleFrameSmall').build(labels.length, [1, 84, 84]);
  serialize.saveSafetensors(at('model.safetensors'), network.stateDict(), { spec: JSON.stringify(spec) });
});

describe('kinora export', () => {
  test('writes ONNX that onnxruntime opens', async () => {
    const { status, stdout, stderr } = await kinora(
      'model.safetensors',
      '--format',
      'onnx',
      '--out',
      'net.onnx',
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^net\.onnx: SingleFrameSmall, 3 labels, \d+\.\d\d MB\n$/);
    const session = await InferenceSession.create(at('net.onnx'));
    expect(session.outputNames).toEqual(['logits', 'features']);
    await session.release();
  });

  test('writes safetensors that Kinora opens alone, and a file for PyTorch', async () => {
    const words = ['model.safetensors', '--format', 'safetensors', '--out', 'net.safetensors'];
    expect((await kinora(...words)).status).toBe(0);
    expect((await kinora('model.safetensors', '--format', 'pt')).stdout).toMatch(/^model\.pt: /);
    const { network, spec } = openModel(at('net.safetensors'));
    const content = serialize.loadTorch(at('model.pt')) as Map<string, unknown>;
    expect([content.get('arch'), content.get('labels')]).toEqual(['SingleFrameSmall', labels]);
    expect(JSON.parse(content.get('spec') as string)).toEqual(spec);
    const state = content.get('state_dict') as Map<string, Tensor>;
    for (const [name, tensor] of network.stateDict())
      expect(Buffer.compare(state.get(name)!.toBytes(), tensor.toBytes()), name).toBe(0);
    network.dispose();
  });

  test('writes a training step, with the weights and the frozen layers beside it', async () => {
    const words = [
      'column.safetensors',
      '--format',
      'onnx-train',
      '--freeze',
      'conv_layer1',
      '--optimizer',
      'sgd',
    ];
    const { status, stdout, stderr } = await kinora(
      ...words,
      '--weight-decay',
      '0',
      '--out',
      'net.train.onnx',
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^net\.train\.onnx: ConvColumnSmall, 3 labels, \d+\.\d\d MB\nwith net\.train\.safetensors\nwith net\.train\.inference\.onnx\nwith net\.train\.prefix\.onnx\n$/,
    );
    const [step, prefix] = await Promise.all(
      ['net.train.onnx', 'net.train.prefix.onnx'].map((name) => InferenceSession.create(at(name))),
    );
    expect(step!.inputNames).toEqual(
      expect.arrayContaining(['targets', 'prefix', 'fc7.bias.momentum_buffer']),
    );
    expect(step!.outputNames).toEqual(expect.arrayContaining(['loss', 'next.fc7.weight']));
    expect(prefix!.outputNames).toEqual(['prefix']);
    expect(openModel(at('net.train.safetensors')).name).toBe('ConvColumnSmall');
    const network = await InferenceSession.create(at('net.train.inference.onnx'));
    expect([network.inputNames, network.outputNames]).toEqual([['clips'], ['logits', 'features']]);
    await Promise.all([step!.release(), prefix!.release(), network.release()]);
  });

  test.each([
    [[], 2, /^kinora export: expected the argument RUN, received nothing; kinora export --help/],
    [
      ['--run=runs/demo', '--format', 'pt'],
      2,
      /^kinora export: expected RUN as the first argument, received --run; type: kinora export runs\/demo --format pt\n$/,
    ],
    [['model.safetensors', '--format', 'onx'], 2, /^--format: expected one of onnx.*the nearest is onnx/],
    [['no-such-run'], 1, /^no-such-run: expected a run folder.*received no such file/],
    [['empty'], 1, /^empty: expected a run folder.*received a folder without checkpoints/],
    [['model.safetensors', '--format', 'pt', '--explain'], 1, /expected format onnx to give out the maps/],
    [
      ['column.safetensors', '--format', 'onnx-train', '--freeze', 'fc'],
      1,
      /^freeze: expected patterns .*nearest/,
    ],
    [
      ['column.safetensors', '--format', 'onnx-train', '--optimizer', 'sdg'],
      1,
      /optimizer: .*nearest valid one is "sgd"/,
    ],
    [
      ['model.safetensors', '--format', 'onnx-train', '--momentum', 'much'],
      2,
      /^--momentum.*expected a number, received "much"/,
    ],
    [
      ['model.safetensors', '--format', 'onnx-train'],
      1,
      /^the network: expected a forward pass that draws nothing at random/,
    ],
    [['model.safetensors', '--freeze', 'new_fc'], 1, /expected format onnx-train for freeze, received onnx/],
    [
      ['column.safetensors', '--format', 'onnx-train', '--out', 'column.onnx'],
      1,
      /^column\.safetensors: expected another file than the weights themselves/,
    ],
    [
      ['model.safetensors', '--format', 'safetensors'],
      1,
      /expected another file than the weights themselves/,
    ],
    [
      ['model.safetensors', '--out', 'nowhere/net.onnx'],
      1,
      /^nowhere\/net\.onnx: expected .*no such file or folder/,
    ],
  ] as const)('%j is one clear line', async (words, exitCode, message) => {
    mkdirSync(at('empty'), { recursive: true });
    const { status, stdout, stderr } = await kinora(...words);
    expect([status, stdout]).toEqual([exitCode, '']);
    expect(stderr.replace(/^kinora: /, '')).toMatch(message);
    expect(stderr).toMatch(/^[^\n]*\n$/);
  });

  test('a file that cannot be replaced stays whole', async () => {
    writeFileSync(at('damaged.safetensors'), readFileSync(at('model.safetensors')).subarray(0, 5000));
    writeFileSync(at('kept.onnx'), 'whole');
    expect((await kinora('damaged.safetensors', '--out', 'kept.onnx')).status).toBe(1);
    expect(readFileSync(at('kept.onnx'), 'utf8')).toBe('whole');
  });
});
