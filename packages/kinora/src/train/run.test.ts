/** Runs from beginning to end: what they leave, where they end, what they refuse, what they survive. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveConfig, type RunConfig, type RunConfigInput } from '../config/index.js';
import { recipeName } from '../data/synth/rendered.js';
import { isCheckpoint, readState } from '../run/checkpoint.js';
import { readKernels } from '../run/first-kernels.js';
import { linked } from '../run/generations.js';
import { readMetrics } from '../run/metrics-log.js';
import { readEventFolder } from '../run/read-events.test.util.js';
import { runFolderOf } from '../run/run-folder.js';
import { trainRun } from './run.js';
import { losses, outcome, TinyData, trainSession } from './tiny-run.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const last = (config: RunConfig): string => join(runFolderOf(config).checkpoints, 'last');

describe('a run leaves', () => {
  let config: RunConfig;
  beforeAll(async () => {
    config = data.config('whole', { histograms: 2, logClips: 2 });
    await trainSession(config);
  });

  test('its effective configuration, metrics, events, two links to whole checkpoints and the lines', () => {
    const folder = runFolderOf(config);
    expect(readdirSync(folder.path).sort()).toEqual([
      'checkpoints',
      'config.json',
      'events',
      'kernels.jsonl',
      'log.txt',
      'metrics.jsonl',
    ]);
    const flipMap = { 'Swiping Left': 'Swiping Right', 'Swiping Right': 'Swiping Left' };
    expect(JSON.parse(readFileSync(folder.config, 'utf8'))).toEqual({ ...config, flipMap });
    for (const link of ['last', 'best'] as const) {
      const generation = join(folder.checkpoints, linked(folder.checkpoints, link)!);
      expect(readdirSync(generation).sort()).toEqual([
        'checkpoint.json',
        'model.safetensors',
        'optimizer.safetensors',
      ]);
    }
    expect(readFileSync(folder.log, 'utf8')).toMatch(
      /^\S+Z SingleFrameSmall on cpu: 10 training clips, 4 validation clips, 3 steps an epoch\n\S+Z epoch 1: train loss .*\n\S+Z epoch 2: train .*\n$/,
    );
  });

  test('one record a step and one an epoch; averages are those of the steps', () => {
    const records = readMetrics(runFolderOf(config).metrics);
    expect(records.map(({ step }) => step)).toEqual([1, 2, 3, 3, 4, 5, 6, 6]);
    const epochs = records.filter(({ finished_epoch }) => finished_epoch !== undefined);
    expect(epochs.map(({ finished_epoch }) => finished_epoch)).toEqual([1, 2]);
    const steps = losses(config).slice(3);
    expect(epochs[1]!.loss).toBeCloseTo(steps.reduce((a, b) => a + b) / steps.length, 12);
    expect(Object.keys(epochs[1]!)).toEqual([
      'step',
      'finished_epoch',
      'lr',
      'loss',
      'top1',
      'top5',
      'val_loss',
      'val_top1',
      'val_top5',
    ]);
  });

  test('the first convolution before training and after every epoch, at last as the checkpoint has it', () => {
    const kernels = readKernels(runFolderOf(config).kernels);
    expect(kernels.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(kernels[0]).toMatchObject({ name: 'base_model.conv1.weight', shape: [16, 3, 7, 7] });
    const saved = serialize.loadSafetensors(join(last(config), 'model.safetensors')).get(kernels[0]!.name)!;
    expect(kernels[2]!.values).toEqual(saved.toTypedArray());
    expect(kernels[1]!.values).not.toEqual(kernels[0]!.values);
    expect(kernels[1]!.values).not.toEqual(kernels[2]!.values);
  });

  test("TensorBoard's scalars under the tutorial's names, histograms and clips", () => {
    const events = readEventFolder(runFolderOf(config).events);
    const steps = (name: string) => events.filter(({ tag }) => tag === name).map(({ step }) => step);
    for (const tag of ['loss', 'top1', 'top5', 'val_loss', 'val_top1', 'val_top5'])
      expect(steps(tag)).toEqual([3, 6]);
    expect(steps('batch_loss')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(steps('new_fc.weight')).toEqual([6]);
    expect(events.filter(({ image }) => image).map(({ step }) => step)).toEqual([0, 0]);
  });

  test('again, without resume, it is refused and stays as it is', async () => {
    const before = outcome(config);
    await expect(trainSession(config)).rejects.toThrow(
      `${runFolderOf(config).path}: expected a run that does not exist yet, received one with checkpoints; use --resume to continue it`,
    );
    expect(outcome(config)).toEqual(before);
  });

  test('resumed at its end, nothing happens', async () => {
    const before = outcome(config);
    const { summary } = await trainSession(config, { resume: true });
    expect([summary.steps, summary.epochs]).toEqual([6, 2]);
    expect(outcome(config)).toEqual(before);
  });
});

describe('the end comes', () => {
  /** Steps and finished epochs. */
  async function lengthOf(name: string, changes: RunConfigInput): Promise<[number, number]> {
    const { summary } = await trainSession(data.config(name, changes));
    return [summary.steps, summary.epochs];
  }

  test('after epochs, of full batches only', async () => {
    expect(await lengthOf('epochs', { batchSize: 4 })).toEqual([4, 2]);
  });

  test('after maxSteps in the middle of an epoch, which is validated', async () => {
    expect(await lengthOf('steps', { maxSteps: 4, epochs: -1 })).toEqual([4, 2]);
    const config = data.config('steps');
    expect(readMetrics(runFolderOf(config).metrics).at(-1)).toMatchObject({ step: 4, finished_epoch: 2 });
    expect(readState(last(config)).progress.best).not.toBeNull();
  });

  test('when the plateau has taken the rate below lastLr, however small', async () => {
    const schedule = { name: 'plateau', patience: 0, factor: 0.01 } as const;
    const config = data.config('plateau', { epochs: -1, lr: 1e-15, lastLr: 1e-18, schedule });
    await trainSession(config);
    const rates = readMetrics(runFolderOf(config).metrics).map(({ lr }) => Number(lr));
    expect(new Set(rates.map((lr) => lr.toPrecision(3)))).toEqual(new Set(['1.00e-15', '1.00e-17']));
    expect(readState(last(config)).schedule.reductions).toBe(2);
  });
});

describe('no validation list', () => {
  test('the training loss decides', async () => {
    const { validationList: _, ...input } = data.input('no-validation');
    const config = effectiveConfig(input);
    const { lines } = await trainSession(config);
    expect(lines[0]).toContain('10 training clips, no validation clips');
    expect(readMetrics(runFolderOf(config).metrics).at(-1)).not.toHaveProperty('val_loss');
    expect(isCheckpoint(join(runFolderOf(config).checkpoints, 'best'))).toBe(true);
  });
});

describe('refused before anything is written', () => {
  test.each<[string, RunConfigInput, string]>([
    ['fewer clips than a batch', { batchSize: 11 }, 'expected at least one full batch, received 10 clips'],
    ['no such network', { model: 'SingleFrameSmal' }, 'the nearest name is "SingleFrameSmall"'],
    [
      'a size that does not fit',
      { model: 'ConvColumnSmall', crop: 1 },
      'ConvColumnSmall, conv_layer1.1 (AvgPool3d): expected T >= 1, H >= 2, W >= 2',
    ],
    ['another number of labels', { numClasses: 4 }, 'expected 4 labels, according to numClasses, received 3'],
    ['a network that is frozen whole', { freeze: ['*'] }, 'at least one parameter to train'],
    ['no training folder', { trainList: '/nowhere/train.csv' }, '/nowhere/train.csv: expected a list'],
  ])('%s', async (name, changes, message) => {
    const config = data.config(name, changes);
    await expect(trainSession(config)).rejects.toThrow(message);
    expect(existsSync(runFolderOf(config).path)).toBe(false);
  });

  test('an object may spell its keys as the tutorial does, and is answered alike', async () => {
    const { batchSize: _, frames, ...input } = data.input('spelled');
    const aliases = { ...input, clip_size: frames, batch_size: 11 } as RunConfigInput;
    await expect(trainRun(aliases)).rejects.toMatchObject({
      code: 'data/too-few-clips',
      message: expect.stringMatching(/received 10 clips for a batch of 11; lower batch_size$/),
      stack: expect.stringMatching(/lower batch_size\n +at .*loader[.]/),
    });
    await expect(trainRun(data.input('spelled', { batchSize: 11 }))).rejects.toThrow(/; lower batchSize$/);
  });

  test('to resume what was never begun', async () => {
    const config = data.config('never');
    await expect(trainSession(config, { resume: true })).rejects.toThrow(
      `${runFolderOf(config).path}: expected a checkpoint to resume from, received none; train without --resume first`,
    );
    expect(existsSync(runFolderOf(config).path)).toBe(false);
  });
});

describe('resumed', () => {
  test('before its first checkpoint: from the first step on', async () => {
    const whole = data.config('uninterrupted', { epochs: 1 });
    await trainSession(whole);
    const killed = data.config('killed', { epochs: 1 });
    // What a process leaves that is killed in its second step.
    const folder = runFolderOf(killed);
    mkdirSync(folder.checkpoints, { recursive: true });
    writeFileSync(folder.config, '{}');
    writeFileSync(folder.metrics, '{"step":1,"epoch":0,"loss":9,"lr":9}\n{"step":2,"epo');
    await trainSession(killed, { resume: true });
    expect(outcome(killed)).toEqual(outcome(whole));
  });

  test('the epoch that was logged but not saved is logged once', async () => {
    const whole = data.config('logged-once', { epochs: 1, saveSteps: 1 });
    await trainSession(whole, { stopAt: { task: 'epoch 1, validation', update: 1 } });
    const { metrics } = runFolderOf(whole);
    const text = readFileSync(metrics, 'utf8');
    writeFileSync(metrics, `${text}{"step":3,"finished_epoch":1,"lr":0,"loss":0}\n`);
    await trainSession(whole, { resume: true });
    expect(readMetrics(metrics).map(({ step, finished_epoch }) => [step, finished_epoch])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [3, 1],
    ]);
  });

  test('with a damaged event: it is removed and reported, the others stay', async () => {
    const config = data.config('flipped', { epochs: 1 });
    await trainSession(config);
    const { events } = runFolderOf(config);
    const [name = ''] = readdirSync(events);
    const before = readEventFolder(events).length;
    const bytes = readFileSync(join(events, name));
    bytes[bytes.indexOf('batch_loss')]! ^= 4;
    writeFileSync(join(events, name), bytes);
    const { lines } = await trainSession(config, { resume: true });
    expect(lines[0]).toBe(`${join(events, name)} was damaged in 1 place; all other events are kept`);
    // The second session's own file says its version and that it starts.
    expect(readEventFolder(events)).toHaveLength(before - 1 + 2);
  });

  test('with other settings: they are reported and used', async () => {
    const changes = { epochs: 1, schedule: 'constant' } as const;
    const config = data.config('changed', changes);
    await trainSession(config);
    const changed = { ...config, epochs: 2, lr: 0.25, batchSize: 5, printSteps: 1, workers: 1 };
    const { lines } = await trainSession(changed, { resume: true });
    expect(lines[0]).toBe('resuming with changed settings: batchSize 3 -> 5, lr 0.001 -> 0.25');
    const rates = readMetrics(runFolderOf(config).metrics).map(({ lr }) => lr);
    expect([rates[0], rates.at(-1)]).toEqual([0.001, 0.25]);
    expect(JSON.parse(readFileSync(runFolderOf(config).config, 'utf8')).lr).toBe(0.25);
  });

  test('epochs changes the rates of a schedule that is stretched over all of it', async () => {
    const config = data.config('stretched', { epochs: 1, schedule: 'cosine' });
    await trainSession(config);
    const { lines } = await trainSession({ ...config, epochs: 2 }, { resume: true });
    expect(lines[0]).toBe('resuming with changed settings: epochs 1 -> 2');
  });

  test('with another list: refused, naming the list and what to do; a moved data set is the same list', async () => {
    const config = data.config('listed', { epochs: 1 });
    await trainSession(config);
    const lines = (split: string) =>
      readFileSync(data.at(`${split}.csv`), 'utf8')
        .trim()
        .split('\n');
    for (const [split, name] of [
      ['train', 'training'],
      ['validation', 'validation'],
    ] as const) {
      const file = data.write(`changed-${split}.csv`, lines(split).toReversed());
      const key = split === 'train' ? 'trainList' : 'validationList';
      const now = { ...config, [key]: file, epochs: 2 };
      await expect(trainSession(now, { resume: true })).rejects.toThrow(
        new RegExp(
          `^${file}: expected the ${name} list that .* was made with, (10|4) clips \\(sha256 \\w{12}\\), received \\1 clips .*; restore the list, or start another run with --init-from`,
        ),
      );
    }
    cpSync(data.at('clips'), data.at('moved'), { recursive: true });
    const moved = data.at('moved');
    await trainSession({ ...config, trainFolder: moved, validationFolder: moved }, { resume: true });
  });

  test('with another network, other labels, another optimizer: refused, and nothing is lost', async () => {
    const config = data.config('faithful', { epochs: 1 });
    await trainSession(config);
    const before = outcome(config);
    const labelsFile = data.write('permuted.csv', ['Swiping Left', 'Stop Sign', 'Swiping Right']);
    for (const [changes, message] of [
      [
        { model: 'ConvColumnSmall', frames: 16 },
        `${last(config)}: expected a checkpoint of ConvColumnSmall, as in the configuration, received one of SingleFrameSmall`,
      ],
      [
        { labelsFile },
        'expected label 2 to be "Stop Sign", as in the configuration, received "Swiping Right"',
      ],
      [{ optimizer: 'sgd' } as const, 'optimizer state, optimizer: expected SGD, received Adam'],
    ] as const) {
      await expect(trainSession({ ...config, ...changes }, { resume: true })).rejects.toThrow(message);
    }
    expect(outcome(config)).toEqual(before);
  });
});

describe('resumed from best', () => {
  test('it continues there and discards later epochs, which a kill does not bring back', async () => {
    const first = data.config('from-best', { epochs: 1, schedule: 'constant', saveSteps: 1 });
    await trainSession(first);
    // A rate that spoils everything: the first epoch stays the best.
    const config = { ...first, epochs: 3, lr: 5 };
    await trainSession(config, { resume: true });
    const whole = outcome(config);
    const { checkpoints, metrics } = runFolderOf(config);
    expect(linked(checkpoints, 'best')).not.toBe(linked(checkpoints, 'last'));
    const { step, epoch } = readState(join(checkpoints, 'best')).progress;
    expect([step, epoch]).toEqual([3, 1]);
    await trainSession(config, { resume: 'best', stopAt: { task: `epoch ${epoch + 1}`, update: 1 } });
    expect(readMetrics(metrics).at(-1)!.step).toBe(step + 1);
    await trainSession(config, { resume: true });
    expect(outcome(config)).toEqual(whole);
  });

  test('without one it is refused', async () => {
    const config = data.config('no-best');
    await trainSession(config, { stopAt: { task: 'epoch 1', update: 1 } });
    await expect(trainSession(config, { resume: 'best' })).rejects.toThrow(
      'expected a best checkpoint to resume from, received none; use --resume to continue from the last checkpoint',
    );
  });
});

describe('a loss that is no number', () => {
  test('stops training; the last good checkpoint is kept and can be resumed', async () => {
    const config = data.config('diverging', { epochs: 1, optimizer: 'sgd', schedule: 'constant' });
    await trainSession(config);
    const before = outcome(config);
    const diverging = { ...config, epochs: 9, lr: 1e30, saveSteps: 1 };
    await expect(trainSession(diverging, { resume: true })).rejects.toThrow(
      /expected (a finite (validation )?loss|finite weights), received .*; training has diverged; the last checkpoint is kept/,
    );
    expect(outcome(config).files.slice(2)).toEqual(before.files.slice(2));
    expect(isCheckpoint(last(config))).toBe(true);
  });

  // One step of such a size leaves weights that are numbers, and logits that are none.
  const atOnce = { maxSteps: 1, lr: 1e30, optimizer: 'sgd', schedule: 'constant', batchSize: 4 } as const;

  test('in validation it is no perfect score', async () => {
    const config = data.config('diverged-at-once', atOnce);
    await expect(trainSession(config)).rejects.toThrow(/training has diverged/);
    expect(isCheckpoint(join(runFolderOf(config).checkpoints, 'best'))).toBe(false);
  });

  test('is reported even when training is asked to stop at the same moment', async () => {
    const config = data.config('diverged-and-stopped', atOnce);
    const stopAt = { task: 'epoch 1, validation', update: 1 };
    await expect(trainSession(config, { stopAt })).rejects.toThrow(/training has diverged/);
  });
});

describe('a clip that cannot be read', () => {
  test('is reported and listed once; the list survives a resume and is not that of an earlier run', async () => {
    const changes = { maxBadFraction: 0.5, epochs: 1 };
    const config = data.config('bad-clips', changes);
    const { badClips } = runFolderOf(config);
    const missing = (id: string) =>
      data.write(`missing-${id}.csv`, [`${id};Stop Sign`, '1;Stop Sign', '2;Stop Sign', '3;Stop Sign']);
    const rows = () =>
      readFileSync(badClips, 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((row) => row.split(',')[0]);
    const broken = { ...config, trainList: missing('gone') };
    const { lines } = await trainSession(broken);
    expect(lines.filter((line) => /^bad clip gone: .*gone: expected a folder/.test(line))).toHaveLength(1);
    expect(rows()).toEqual(['gone']);
    renameSync(data.at('clips', '1'), data.at('clips', 'lost'));
    await trainSession({ ...broken, epochs: 5 }, { resume: true });
    renameSync(data.at('clips', 'lost'), data.at('clips', '1'));
    expect(rows().sort()).toEqual(['1', 'gone']);
    rmSync(runFolderOf(config).checkpoints, { recursive: true });
    await trainSession(config);
    expect(existsSync(badClips)).toBe(false);
  });
});

describe('clips of kinora synth', () => {
  let rendered: TinyData;
  beforeAll(() => {
    rendered = new TinyData();
    writeFileSync(rendered.at(recipeName), '{}');
  });
  afterAll(() => rendered.remove());

  const warnings = async (from: TinyData, name: string, changes: RunConfigInput = {}): Promise<string[]> => {
    const { lines } = await trainSession(from.config(name, { maxSteps: 1, ...changes }));
    return lines.filter((line) => line.startsWith('warning:'));
  };

  test('are taken for what a camera filmed, which is one warning with what to set', async () => {
    const [line, ...others] = await warnings(rendered, 'unsaid');
    expect(others).toEqual([]);
    expect(line).toContain(`kinora synth rendered the clips of ${rendered.folder}, `);
    expect(line).toContain('labels of left and right will be swapped; train with --set mirrored=true');
  });

  test('are said to show people mirrored, have no sides in their labels, or are others', async () => {
    expect(await warnings(rendered, 'said', { mirrored: true })).toEqual([]);
    const without = rendered.write('sideless.csv', ['Up', 'Down', 'Stop Sign']);
    const sideless = [...'123456'].map((id, i) => `${id};${['Up', 'Down', 'Stop Sign'][i % 3]}`);
    const lists = { labelsFile: without, trainList: rendered.write('sideless-train.csv', sideless) };
    expect(await warnings(rendered, 'sideless', { ...lists, validationList: lists.trainList })).toEqual([]);
    expect(await warnings(data, 'recordings')).toEqual([]);
  });
});

test('a process trains one run at a time, and the next one after it', async () => {
  const first = trainRun(data.config('first-of-two', { epochs: 1 }));
  await expect(trainRun(data.config('second-of-two'))).rejects.toMatchObject({
    code: 'train/busy',
    message: expect.stringMatching(
      /^second-of-two: expected no other training in this process, received first-of-two/,
    ),
  });
  await first;
  expect(existsSync(runFolderOf(data.config('second-of-two')).path)).toBe(false);
  await trainRun(data.config('second-of-two', { epochs: 1 }));
});
