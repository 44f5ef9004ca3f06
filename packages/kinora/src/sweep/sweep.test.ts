/** A sweep over tiny clips: rungs that resume, what is kept after an interruption, and how bad search spaces read. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveConfig } from '../config/index.js';
import { silent } from '../progress.js';
import { outcome, TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { drawPoint } from './space.js';
import { ladder, lastRung, type Sweep, type SweepOptions, sweep } from './sweep.js';
import { bestCommand, writeSweep } from './write.js';

let data: TinyData;
let options: Omit<SweepOptions, 'runs'>;
let result: Sweep;
const SPACE = {
  lr: { log: [0.0001, 0.1] },
  labelSmoothing: { lin: [0, 0.2] },
  optimizer: { choice: ['adam', 'sgd'] },
} as const;
const spaceFile = (space: unknown): string => data.write('space.json', [JSON.stringify(space)]);

beforeAll(async () => {
  data = new TinyData();
  const config = data.configFile('base', { epochs: 2, schedule: { name: 'cosine' } });
  options = { config, space: spaceFile(SPACE), trials: 3 };
  result = await sweep({ ...options, runs: data.at('whole') });
});
afterAll(() => data.remove());

describe('successive halving', () => {
  test('trains all for a few epochs, and the best to the end', () => {
    expect(result.rungs).toEqual([1, 2]);
    const [best, ...others] = result.trials;
    expect(best!.record!.result!.rungs.map(({ epochs }) => epochs)).toEqual([1, 2]);
    expect(others.map((trial) => lastRung(trial)!.epochs)).toEqual([1, 1]);
    const first = (trial: typeof best) => trial!.record!.result!.rungs[0]!.top1;
    for (const other of others) expect(first(best)).toBeGreaterThanOrEqual(first(other));
  });

  test('a run that was resumed for the next rung is the run that never stopped', async () => {
    const { config } = result.trials[0]!.plan;
    const straight = effectiveConfig({ ...config, name: 'straight' });
    await trainSession(straight);
    const [rungs, whole] = [outcome(config), outcome(straight)];
    expect(rungs.metrics).toBe(whole.metrics);
    expect(rungs.files.join() === whole.files.join()).toBe(true);
  });

  test('stopped, it goes on to the same result, side by side too', async () => {
    const controller = new AbortController();
    const log = (line: string) =>
      void (line.startsWith('trial-2: top-1') && controller.abort(new Error('enough')));
    const runs = data.at('stopped');
    await expect(
      sweep({ ...options, runs, progress: { ...silent, log }, signal: controller.signal }),
    ).rejects.toThrow('enough');
    const again = await sweep({ ...options, runs, jobs: 2 });
    const rungs = (of: Sweep) => of.trials.map(({ plan, record }) => [plan.number, record?.result]);
    expect(rungs(again)).toEqual(rungs(result));
  });

  test('is written as table, picture and numbers', async () => {
    const setting = { config: 'base.json', command: 'kinora sweep' };
    await writeSweep(data.at('out'), result, setting);
    for (const name of ['parallel.png', 'parallel.svg', 'sweep.json'])
      expect(existsSync(data.at('out', name))).toBe(true);
    const page = readFileSync(data.at('out/README.md'), 'utf8');
    const { plan } = result.trials[0]!;
    expect(page).toContain(`| ${plan.config.name} | ${plan.point.lr} |`);
    expect(bestCommand(result, setting)).toContain(`--set lr=${plan.point.lr}`);
    expect(readFileSync(data.at('out/parallel.svg'), 'utf8')).not.toMatch(/NaN|Infinity/);
  });
});

test('rungs are as many as there are trials to choose from', () => {
  expect(ladder(27, 27, 3)).toEqual([1, 3, 9, 27]);
  expect(ladder(60, 9, 3)).toEqual([7, 20, 60]);
  expect(ladder(60, 2, 3)).toEqual([60]);
  expect(ladder(1, 9, 3)).toEqual([1]);
});

test('a point depends on seed and number alone, and lies in the space', () => {
  const space = {
    lr: { log: [0.001, 1] as [number, number] },
    batchSize: { lin: [2, 9] as [number, number], round: true },
  };
  const points = Array.from(
    { length: 200 },
    (_, i) => drawPoint(space, 1, i) as { lr: number; batchSize: number },
  );
  expect(drawPoint(space, 1, 7)).toEqual(points[7]);
  expect(drawPoint(space, 2, 7)).not.toEqual(points[7]);
  for (const { lr, batchSize } of points) {
    expect(lr).toBeGreaterThanOrEqual(0.001);
    expect(lr).toBeLessThanOrEqual(1);
    expect([2, 3, 4, 5, 6, 7, 8, 9]).toContain(batchSize);
  }
  const small = points.filter(({ lr }) => lr < Math.sqrt(0.001)).length;
  expect(Math.abs(small - 100)).toBeLessThan(30);
});

test.each([
  [
    { labelSmothing: { lin: [0, 1] } },
    /space.json, labelSmothing: expected a known key, received "labelSmothing"; the nearest valid key is "labelSmoothing"/,
  ],
  [
    { lr: { log: [0, 1] } },
    /space.json, lr: expected two ends, the first lower and above 0, received \[0,1\]/,
  ],
  [{ lr: { log: [-1, 1] } }, /space.json, lr: expected two ends/],
  [{ labelSmoothing: { lin: [0, 3] } }, /space.json, labelSmoothing: expected a number below 1, received 3/],
  [{}, /space.json: expected at least one key with a range, received {}/],
  [{ lr: 3 }, /space.json, lr: expected .*; for example/],
])('%j is refused in one line', async (space, message) => {
  const failure = sweep({ ...options, space: spaceFile(space), runs: data.at('bad') });
  await expect(failure).rejects.toThrow(message);
  expect(existsSync(data.at('bad'))).toBe(false);
});

test('a file that is missing, and a configuration without an end', async () => {
  await expect(sweep({ ...options, space: data.at('none.json'), runs: data.at('bad') })).rejects.toThrow(
    /none.json: expected a search space, a JSON file, received no such file/,
  );
  const endless = data.configFile('endless', { epochs: -1 });
  await expect(
    sweep({ ...options, config: endless, space: spaceFile(SPACE), runs: data.at('bad') }),
  ).rejects.toThrow(
    /expected a number of epochs, received epochs -1, which ends with the schedule; give --epochs/,
  );
});
