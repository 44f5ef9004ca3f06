/**
 * Each key of the recipe reaches the numbers of a run: it changes the first loss, or the rates that are logged, and the
 * same key changes them alike. What it changes them to stands in the tests of each part.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveConfig, type RunConfigInput } from '../../config/index.js';
import { readMetrics } from '../../run/metrics-log.js';
import { TinyData, trainSession } from '../tiny-run.test.util.js';

let data: TinyData;
let plain: number;
let runs = 0;

/** Loss of the first step, of nine of the ten clips and before any update, and the rates of all. */
async function train(changes: RunConfigInput): Promise<{ loss: number; rates: number[] }> {
  const { validationList: _, ...input } = data.input(`run-${runs++}`, {
    batchSize: 9,
    maxSteps: 1,
    ...changes,
  });
  const { folder } = await trainSession(effectiveConfig(input)).then(({ summary }) => summary);
  const steps = readMetrics(folder.metrics).filter(({ finished_epoch }) => finished_epoch === undefined);
  return { loss: Number(steps[0]!.loss), rates: steps.map(({ lr }) => Number(lr)) };
}

beforeAll(async () => {
  data = new TinyData();
  plain = (await train({})).loss;
});
afterAll(() => data.remove());

describe('the first loss is another with', () => {
  test.each<[string, RunConfigInput]>([
    ['labelSmoothing', { labelSmoothing: 0.5 }],
    ['classWeights', { classWeights: { 'Swiping Left': 9 } }],
    ['classWeights: balanced', { classWeights: 'balanced' }],
    ['sampler: balanced', { sampler: 'balanced' }],
    ['mixup', { mixup: 1 }],
    ['cutmix', { cutmix: 1 }],
    ['augment.erasing', { augment: { erasing: { probability: 1 } } }],
    ['augment.randAugment', { augment: { randAugment: { number: 2, magnitude: 20 } } }],
  ])('%s', async (_, changes) => {
    const [{ loss }, again] = [await train(changes), await train(changes)];
    expect(Math.abs(loss - plain)).toBeGreaterThan(1e-4);
    expect(again.loss).toBe(loss);
  });

  test('nothing changed: not at all', async () => {
    expect((await train({ emaDecay: 0.9, lrBatchSize: 1, accumulateSteps: 1 })).loss).toBe(plain);
  });
});

describe('the rates are those of', () => {
  const close = (found: number[], expected: number[]) => {
    expect(found).toHaveLength(expected.length);
    for (const [i, rate] of expected.entries()) expect(found[i]).toBeCloseTo(rate, 12);
  };

  test('lrBatchSize: in proportion to the batch, which is of 9', async () => {
    close((await train({ lr: 0.02, lrBatchSize: 18, schedule: 'constant' })).rates, [0.01]);
  });

  test('schedule and warmupSteps: half a cosine behind a straight line', async () => {
    const { rates } = await train({
      lr: 0.02,
      schedule: 'cosine',
      warmupSteps: 2,
      epochs: 3,
      maxSteps: 3,
    });
    close(rates, [0.01, 0.015, 0.005]);
  });
});
