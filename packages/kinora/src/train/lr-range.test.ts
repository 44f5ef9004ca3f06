import { existsSync, readdirSync } from 'node:fs';
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lrChart } from '../figures/lr-chart.js';
import { fileTheme } from '../figures/theme.js';
import { silent } from '../progress.js';
import { findLearningRate, type LrStep, steepest } from './lr-range.js';
import { outcome, TinyData, trainSession } from './tiny-run.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

test('the suggestion is where a known curve falls fastest', () => {
  // A logistic fall around 1e-3, then a rise.
  const steps = Array.from({ length: 120 }, (_, i): LrStep => {
    const lr = 1e-6 * 10 ** (i / 20);
    const smoothed = 2 - 1.5 / (1 + Math.exp(-4 * (Math.log10(lr) + 3)));
    return { lr, loss: smoothed, smoothed };
  });
  expect(Math.log10(steepest(steps)!)).toBeCloseTo(-3, 1);
  expect(steepest(steps.map((step) => ({ ...step, smoothed: step.lr })))).toBeUndefined();
});

test('the rate rises over its range, and a rate that is far too high ends the test', async () => {
  const before = memoryStats().liveTensors;
  const config = data.config('range', { optimizer: 'sgd', lrMultipliers: { new_fc: 10 } });
  const found = await findLearningRate(config, { from: 1e-4, to: 1e6, steps: 40 });
  expect(memoryStats().liveTensors).toBe(before);
  expect(found.diverged).toBe(true);
  const { steps, lowest } = found;
  expect(steps[0]!.lr).toBeCloseTo(1e-4, 12);
  expect(steps.length).toBeLessThan(40);
  expect(steps[1]!.lr / steps[0]!.lr).toBeCloseTo(10 ** (10 / 39), 6);
  expect(lowest).toBeLessThan(steps.at(-1)!.lr);
  expect(lrChart('range', steps, found.suggested, fileTheme).text).not.toMatch(/NaN|Infinity/);
});

test('it begins where the run would, repeats, and leaves the run as it is', async () => {
  const config = data.config('kept', { epochs: 1 });
  await trainSession(config);
  const before = outcome(config);
  const folders = readdirSync(data.at('runs'));
  const once = await findLearningRate(config, { steps: 20, to: 1e-2 });
  expect(await findLearningRate(config, { steps: 20, to: 1e-2 })).toEqual(once);
  expect(outcome(config)).toEqual(before);
  expect(readdirSync(data.at('runs'))).toEqual(folders);
  expect(existsSync(data.at('runs', 'new'))).toBe(false);
  // From the trained weights, which initFrom names, the first loss is another.
  const tuned = await findLearningRate(
    { ...config, initFrom: data.at('runs/kept') },
    { steps: 20, to: 1e-2 },
  );
  expect(tuned.steps[0]!.loss).not.toBe(once.steps[0]!.loss);
});

test('it stops when asked to, and refuses an empty range', async () => {
  const config = data.config('stopped');
  const controller = new AbortController();
  const task = () => ({
    update: (n: number) => void (n === 3 && controller.abort(new Error('enough'))),
    finish() {},
  });
  await expect(
    findLearningRate(config, { signal: controller.signal, progress: { ...silent, task } }),
  ).rejects.toThrow('enough');
  await expect(findLearningRate(config, { from: 1, to: 0.1 })).rejects.toThrow(
    'learning rates: expected two rates above 0, the second larger, and at least 20 steps, received 1 to 0.1 in 200 steps',
  );
});
