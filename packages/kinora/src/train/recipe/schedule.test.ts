/** The rates that a configuration means, step by step. */
import { nn } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { effectiveConfig, type RunConfigInput } from '../../config/index.js';
import { runOptimizer } from './optimizer.js';
import { runSchedule } from './schedule.js';

/** The rates of `steps` steps of 5 an epoch. */
function rates(input: RunConfigInput, steps: number): number[] {
  const config = effectiveConfig(input);
  using network = new nn.Linear(2, 2);
  const optimizer = runOptimizer(config, network);
  const schedule = runSchedule(config, 5);
  return Array.from({ length: steps }, (_, step) => {
    schedule.apply(optimizer, step);
    schedule.afterStep();
    return optimizer.groups[0]!.lr;
  });
}

describe('warm-up and cosine', () => {
  test('the rate rises in a straight line, then follows the half cosine of the whole training', () => {
    const found = rates({ lr: 0.4, schedule: 'cosine', epochs: 2, warmupSteps: 4 }, 10);
    const cosine = Array.from({ length: 10 }, (_, i) => 0.2 * (1 + Math.cos((Math.PI * i) / 10)));
    const expected = cosine.map((rate, i) => rate * Math.min(1, (i + 1) / 4));
    for (const [i, rate] of expected.entries()) expect(found[i]).toBeCloseTo(rate, 12);
  });
});

describe('lrBatchSize', () => {
  test('the rate grows in proportion to the batch', () => {
    const of = (batchSize: number, lrBatchSize: number | null) =>
      rates({ lr: 0.1, schedule: 'constant', epochs: 1, batchSize, lrBatchSize }, 1)[0];
    expect([of(256, null), of(256, 256), of(512, 256), of(32, 256)]).toEqual([0.1, 0.1, 0.2, 0.0125]);
  });
});
