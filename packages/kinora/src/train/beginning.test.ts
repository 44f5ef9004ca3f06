import { afterAll, expect, test } from 'vitest';
import { silent } from '../progress.js';
import { hasCheckpoint, hasFinished } from '../run/checkpoint.js';
import { trainRun } from './run.js';
import { TinyData } from './tiny-run.test.util.js';

const data = new TinyData();
afterAll(() => data.remove());

test('a run has finished when its steps are made, not when it was stopped', async () => {
  const config = data.config('stopped', { maxSteps: 5, epochs: -1 });
  expect(hasFinished(config)).toBe(false);
  const controller = new AbortController();
  await trainRun(config, {
    signal: controller.signal,
    progress: { ...silent, log: () => controller.abort() },
  }).catch(() => undefined);
  expect([hasCheckpoint(config), hasFinished(config)]).toEqual([true, false]);
  await trainRun(config, { resume: true });
  expect(hasFinished(config)).toBe(true);
});
