import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunProgress } from './progress.js';

let project: string;
const log = (): string => join(project, 'runs', 'a', 'metrics.jsonl');
const write = (...records: object[]): void =>
  appendFileSync(log(), records.map((record) => `${JSON.stringify(record)}\n`).join(''));

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'kinora-progress-'));
  mkdirSync(join(project, 'runs', 'a'), { recursive: true });
  writeFileSync(join(project, 'runs', 'a', 'config.json'), JSON.stringify({ batchSize: 4, epochs: 3 }));
});
afterEach(() => rmSync(project, { recursive: true }));

test('steps, epochs, speed and time left follow from the log as it grows', async () => {
  let now = 10;
  const progress = new RunProgress(project, 'a', () => now);
  expect(await progress.read()).toBeUndefined();
  write({ step: 1, loss: 2 });
  expect(await progress.read()).toMatchObject({ step: 1, steps: null, epoch: 0, epochs: 3, loss: 2 });
  now = 12;
  write(
    { step: 2, loss: 1.5 },
    { step: 3, loss: 1 },
    { step: 3, finished_epoch: 1, top1: 0.5, val_top1: 0.25 },
  );
  expect(await progress.read()).toEqual({
    ...{ step: 3, steps: 9, epoch: 1, epochs: 3 },
    ...{ loss: 1, top1: 0.5, validationTop1: 0.25 },
    ...{ clipsPerSecond: 4, secondsLeft: 6 },
  });
  write({ step: 9, loss: 'NaN' }, { step: 9, finished_epoch: 3 });
  expect(await progress.read()).toMatchObject({ step: 9, steps: 9, epoch: 3, loss: null, secondsLeft: 0 });
});

test('half a line is read once it is whole, and a log that a resume cut back from its beginning', async () => {
  const progress = new RunProgress(project, 'a');
  write({ step: 1, loss: 2 });
  appendFileSync(log(), '{"step":2,"lo');
  expect(await progress.read()).toMatchObject({ step: 1 });
  appendFileSync(log(), 'ss":1}\n');
  expect(await progress.read()).toMatchObject({ step: 2, loss: 1 });
  truncateSync(log());
  write({ step: 1, loss: 3 });
  expect(await progress.read()).toMatchObject({ step: 1, loss: 3 });
});
