/** Exact resume: a run that was interrupted anywhere ends with the very bits of one that was not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, type RunConfigInput } from '../config/index.js';
import { aliasOf } from '../config/spelling.js';
import { runFolderOf } from '../run/run-folder.js';
import { losses, outcome, TinyData, trainSession } from './tiny-run.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const EPOCHS: RunConfigInput = { epochs: 3, weightDecay: 0.01 };

/** Where each of four sessions is interrupted: in the first epoch, in the second, and in a validation. */
const STOPS = [
  { task: 'epoch 1', update: 2 },
  { task: 'epoch 2', update: 1 },
  { task: 'epoch 2, validation', update: 1 },
  undefined,
];

describe.each<[string, RunConfigInput]>([
  ['one_cycle, by steps, adamw', { ...EPOCHS, schedule: 'one_cycle', optimizer: 'adamw' }],
  [
    'plateau, by epochs, adam',
    { ...EPOCHS, lr: 0.01, schedule: { name: 'plateau', patience: 0, factor: 0.5 } },
  ],
  [
    'everything that is drawn or kept: mixing, averaged weights, balanced classes, parts of batches',
    {
      ...{ ...EPOCHS, mixup: 0.4, cutmix: 1, emaDecay: 0.9, accumulateSteps: 2 },
      ...{ sampler: 'balanced', classWeights: { 'Stop Sign': 2 }, schedule: 'cosine', optimizer: 'adamw' },
    },
  ],
  ['warm-up, sgd, checkpoints between', { ...EPOCHS, optimizer: 'sgd', warmupSteps: 5, saveSteps: 2 }],
])('%s', (name, changes) => {
  test('interrupted in two epochs and in a validation, with other numbers of workers', async () => {
    const whole = data.config(`${name}-whole`, changes);
    await trainSession(whole);
    const parts = data.config(`${name}-parts`, changes);
    for (const [i, stopAt] of STOPS.entries()) {
      const session = { ...parts, workers: i % 3 };
      await trainSession(session, { resume: i > 0, ...(stopAt && { stopAt }) });
    }
    expect(losses(whole)).toHaveLength(9);
    expect(outcome(parts)).toEqual(outcome(whole));
  });
});

test('dropout and augmentation are drawn: another seed gives other losses, the same one the same', async () => {
  const [a, b, c] = [data.config('a'), data.config('b'), data.config('c', { seed: 2 })];
  for (const config of [a, b, c]) await trainSession(config);
  expect(outcome(b)).toEqual(outcome(a));
  expect(losses(c)).not.toEqual(losses(a));
});

test('more epochs are a resume too', async () => {
  const whole = data.config('long', { epochs: 3 });
  await trainSession(whole);
  const parts = data.config('short', { epochs: 1 });
  await trainSession(parts);
  await trainSession({ ...parts, epochs: 3 }, { resume: true });
  expect(outcome(parts)).toEqual(outcome(whole));
});

test('a run of an earlier version, with keys in snake_case, resumes as it is', async () => {
  const changes: RunConfigInput = {
    freeze: ['*.bias'],
    lrMultipliers: { '*.weight': 2 },
    augment: { perFrame: true },
  };
  const whole = data.config('one-version', { ...changes, epochs: 2 });
  await trainSession(whole);
  const parts = data.config('two-versions', { ...changes, epochs: 1 });
  await trainSession(parts);
  const { path, checkpoints, config: file } = runFolderOf(parts);
  const old = snakeCase(JSON.parse(readFileSync(file, 'utf8')));
  expect(old).toMatchObject({
    batch_size: 3,
    lr_multipliers: { '*.weight': 2 },
    augment: { per_frame: true },
  });
  const state = join(checkpoints, 'last', 'checkpoint.json');
  writeFileSync(state, JSON.stringify({ ...JSON.parse(readFileSync(state, 'utf8')), config: old }));
  writeFileSync(file, JSON.stringify(old));

  const config = await loadConfig(file, { set: ['num_epochs=2'] });
  const { lines } = await trainSession(config, { resume: true });
  expect(runFolderOf(config).path).toBe(path);
  expect(lines.filter((line) => line.startsWith('resuming'))).toEqual([]);
  expect(outcome(parts)).toEqual(outcome(whole));
});

/** A configuration as earlier versions wrote it. */
function snakeCase(config: object, above: string[] = []): object {
  const entries = Object.entries(config).map(([key, value]) => {
    const path = [...above, key];
    const inside = key === 'augment' || key === 'schedule' ? snakeCase(value, path) : value;
    return [aliasOf(path) ?? key, inside];
  });
  return Object.fromEntries(entries);
}
