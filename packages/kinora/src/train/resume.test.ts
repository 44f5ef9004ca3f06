/** Exact resume: a run that was interrupted anywhere ends with the very bits of one that was not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfigInput } from '../config/index.js';
import { losses, outcome, TinyData, trainSession } from './tiny-run.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const EPOCHS: RunConfigInput = { num_epochs: 3, weight_decay: 0.01 };

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
      ...{ ...EPOCHS, mixup: 0.4, cutmix: 1, ema_decay: 0.9, accumulate_steps: 2 },
      ...{ sampler: 'balanced', class_weights: { 'Stop Sign': 2 }, schedule: 'cosine', optimizer: 'adamw' },
    },
  ],
  ['warm-up, sgd, checkpoints between', { ...EPOCHS, optimizer: 'sgd', warmup_steps: 5, save_steps: 2 }],
])('%s', (name, changes) => {
  test('interrupted in two epochs and in a validation, with other numbers of workers', async () => {
    const whole = data.config(`${name}-whole`, changes);
    await trainSession(whole);
    const parts = data.config(`${name}-parts`, changes);
    for (const [i, stopAt] of STOPS.entries()) {
      const session = { ...parts, num_workers: i % 3 };
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
  const whole = data.config('long', { num_epochs: 3 });
  await trainSession(whole);
  const parts = data.config('short', { num_epochs: 1 });
  await trainSession(parts);
  await trainSession({ ...parts, num_epochs: 3 }, { resume: true });
  expect(outcome(parts)).toEqual(outcome(whole));
});
