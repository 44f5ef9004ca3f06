/** Distillation: the loss beside its formula, and runs that learn from a run, from an ensemble, and from what is refused. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromTypedArray, type KinoraError, memoryStats, scope } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig, RunConfigInput } from '../../config/index.js';
import { openModel } from '../../run/open.js';
import { runFolderOf } from '../../run/run-folder.js';
import { rankFacts } from '../ranks/facts.js';
import { LABELS, losses, outcome, TinyData, trainSession } from '../tiny-run.test.util.js';
import { divergence } from './teacher.js';

let data: TinyData;
let large: RunConfig;
/** Learns only from the teacher, so that its labels do not matter. */
const alone = (name: string, changes: RunConfigInput = {}): RunConfig =>
  data.config(name, { teacher: runFolderOf(large).path, teacherWeight: 1, ...changes });

beforeAll(async () => {
  data = new TinyData();
  large = data.config('large', { epochs: 4, lr: 0.01, optimizer: 'adamw', schedule: 'constant' });
  await trainSession(large);
});
afterAll(() => data.remove());

describe('the divergence', () => {
  const taught = [
    [3, 1, -2],
    [0, 0.5, 4],
  ];
  const rows = [
    [2, -1, 0.5],
    [0, 3, -2],
  ];
  const tensor = (values: readonly (readonly number[])[]) =>
    fromTypedArray(Float32Array.from(values.flat()), [2, 3]);
  const probabilities = (row: readonly number[], temperature: number) => {
    const powers = row.map((logit) => Math.exp(logit / temperature));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };

  test.each([1, 4])(
    'at temperature %d is T^2 KL(teacher || network), the mean over the clips',
    (temperature) => {
      const byHand = rows.map((row, i) => {
        const [p, q] = [probabilities(taught[i]!, temperature), probabilities(row, temperature)];
        return p.reduce((sum, share, c) => sum + share * Math.log(share / q[c]!), 0);
      });
      const value = (logits: typeof rows) =>
        scope(() =>
          Number(divergence(tensor(logits), { logits: tensor(taught), weight: 1, temperature }).item()),
        );
      expect(value(rows)).toBeCloseTo((temperature ** 2 * (byHand[0]! + byHand[1]!)) / 2, 5);
      expect(value(taught)).toBeCloseTo(0, 6);
    },
  );
});

test('a network that learns only from a teacher comes to answer as it does, whatever the labels say', async () => {
  const wrong = data.write(
    'wrong.csv',
    Array.from({ length: 10 }, (_, i) => `${i + 1};${LABELS[(i + 1) % LABELS.length]}`),
  );
  const settings: RunConfigInput = {
    batchSize: 10,
    epochs: 15,
    lr: 0.003,
    optimizer: 'adamw',
    schedule: 'constant',
    dropout: 0,
    augment: false,
  };
  const [right, misled] = [alone('right', settings), alone('misled', { ...settings, trainList: wrong })];
  const before = memoryStats().liveTensors;
  for (const config of [right, misled]) await trainSession(config);
  expect(memoryStats().liveTensors).toBe(before);
  expect(losses(misled)).toEqual(losses(right));
  const all = losses(right);
  expect(all.at(-1)).toBeLessThan(0.5 * all[0]!);
});

test('the labels have the share that the teacher leaves, and its outputs are found by their labels', async () => {
  const reversed = data.write('reversed.csv', [...LABELS].reverse());
  const [first, half, plain] = [
    alone('first', { maxSteps: 1 }),
    alone('half', { maxSteps: 1, teacherWeight: 0.5 }),
    data.config('plain', { maxSteps: 1 }),
  ];
  const other = alone('other-order', { maxSteps: 1, labelsFile: reversed });
  for (const config of [first, half, plain, other]) await trainSession(config);
  const [taught, mixed, labelled] = [first, half, plain].map((config) => losses(config)[0]!);
  expect(mixed).toBeCloseTo((taught! + labelled!) / 2, 5);
  // The same teacher, but another network: its outputs are those of other labels.
  expect(losses(other)[0]).not.toBeCloseTo(taught!, 4);
  const model = openModel(runFolderOf(other).path);
  model.network.dispose();
  expect(model.spec.labels).toEqual([...LABELS].reverse());
});

test('interrupted and resumed, with mixed clips in parts, it ends with the bits of a run that was not', async () => {
  const changes: RunConfigInput = { mixup: 0.4, accumulateSteps: 2, activationCheckpointing: true };
  const [whole, parts] = [alone('whole', changes), alone('parts', changes)];
  await trainSession(whole);
  await trainSession(parts, { stopAt: { task: 'epoch 1', update: 2 } });
  await trainSession(parts, { resume: true });
  expect(outcome(parts)).toEqual(outcome(whole));
});

test('a resumed run keeps its teacher: the same weights elsewhere are the same one, others are not', async () => {
  const copy = data.config('copy', { ...(await inputOf(large)), name: 'copy' });
  await trainSession(copy);
  const other = data.config('other', { seed: 2, epochs: 1 });
  await trainSession(other);
  const factsWith = (teacher: RunConfig) =>
    rankFacts(alone('kept', { teacher: runFolderOf(teacher).path }), {
      train: { clips: 10, sha256: '' },
      val: null,
    });
  expect(factsWith(copy)).toEqual(factsWith(large));
  expect(factsWith(other)).not.toEqual(factsWith(large));
  const config = alone('kept', { epochs: 1 });
  await trainSession(config);
  const longer = { ...config, epochs: 2 };
  await trainSession({ ...longer, teacher: runFolderOf(copy).path }, { resume: true });
  await expect(
    trainSession({ ...longer, epochs: 3, teacher: runFolderOf(other).path }, { resume: true }),
  ).rejects.toMatchObject({ code: 'checkpoint/other-teacher' });
});

const inputOf = async (config: RunConfig): Promise<RunConfigInput> => {
  const { epochs, lr, optimizer, schedule } = config;
  return { epochs, lr, optimizer, schedule: schedule.name };
};

describe('refused before anything is written', () => {
  const refused: [string, RunConfigInput, RegExp][] = [
    [
      'another crop',
      { crop: { height: 32, width: 32 } },
      /teacher, .*: expected a network whose crop is .*32/,
    ],
    [
      'a label that it does not know',
      { labelsFile: 'more.csv' },
      /a network that knows the label "Shaking Hand"/,
    ],
    ['no such run', { teacher: 'runs/none' }, /runs\/none/],
  ];
  test.each(refused)('%s', async (name, changes, message) => {
    data.write('more.csv', [...LABELS, 'Shaking Hand']);
    const labelsFile = changes.labelsFile === undefined ? {} : { labelsFile: data.at('more.csv') };
    const config = alone(`refused ${name}`, { ...changes, ...labelsFile });
    const error = await trainSession(config).catch((thrown: KinoraError) => thrown);
    expect((error as Error).message).toMatch(message);
    expect(() => rmSync(join(runFolderOf(config).path, 'config.json'))).toThrow('ENOENT');
  });

  test('weights of labels, which would not say how much of the teacher counts', () => {
    expect(() => alone('weighted', { classWeights: 'balanced' })).toThrow(
      /classWeights: expected no weights of labels beside teacher/,
    );
  });
});
