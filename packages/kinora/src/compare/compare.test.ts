/** A comparison on tiny clips: rows that finish, fail, stop and go on, and what is written of them. */
import { existsSync, readFileSync } from 'node:fs';
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeLabels } from '../figures/label-place.js';
import { evaluateRun } from '../predict/evaluate.js';
import { readMetrics } from '../run/metrics-log.js';
import { runFolderOf } from '../run/run-folder.js';
import { outcome, TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { parseCandidates } from './candidate.js';
import { type CompareOptions, compare, type Row } from './compare.js';
import { comparisonPage } from './table.js';
import { writeComparison } from './write.js';

let data: TinyData;
let options: CompareOptions;
beforeAll(() => {
  data = new TinyData();
  options = {
    config: data.configFile('base', { epochs: 2 }),
    candidates: parseCandidates(['SingleFrameSmall', 'SingleFrameSmall:batchSize=99']),
    seeds: [1],
    seconds: 0.1,
    runs: data.at('runs'),
    test: data.write('key.csv', ['15;Stop Sign', '16;Swiping Left']),
  };
});
afterAll(() => data.remove());

const setting = {
  config: 'configs/base.json',
  test: 'key.csv',
  machine: 'a machine',
  command: 'kinora compare',
};

describe('a comparison', () => {
  let rows: Row[];
  beforeAll(async () => {
    const before = memoryStats().liveTensors;
    rows = await compare(options);
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('gives each row the results of training and evaluation', async () => {
    const { record, plan, cost } = rows[0]!;
    const { summary } = await evaluateRun(plan.config);
    const { top1, top5 } = summary;
    expect(record!.result!.validation).toEqual({ clips: 4, top1, top5, order: expect.any(Number) });
    expect(record!.result).toMatchObject({ steps: 6, epochs: 2, test: { clips: 2 } });
    expect(readMetrics(runFolderOf(plan.config).metrics).at(-1)!.finished_epoch).toBe(2);
    expect(cost).toMatchObject({ parameters: 305_171, batchSize: 3, threads: 1 });
    expect(cost!.latencyMs).toBeGreaterThan(0);
    expect(cost!.trainClipsPerSecond).toBeGreaterThan(0);
  });

  test('continues after a row that fails, and shows why', () => {
    expect(rows[1]!.record).toBeUndefined();
    expect(rows[1]!.error).toMatch(/^expected at least one full batch, received 10 clips for a batch of 99/);
  });

  test('does nothing again that is done, unless the settings are others', async () => {
    const before = outcome(rows[0]!.plan.config).metrics;
    const again = await compare(options);
    expect(again[0]!.record).toEqual(rows[0]!.record);
    expect(again[0]!.cost).toEqual(rows[0]!.cost);
    expect(outcome(rows[0]!.plan.config).metrics).toBe(before);
    const other = await compare({ ...options, set: ['lr=0.5'] });
    expect(other[0]!.error).toMatch(
      /expected a run with the same settings, received lr 0.001 -> 0.5; choose/,
    );
  });

  test('writes table, pictures and numbers', async () => {
    const folder = data.at('out');
    await writeComparison(folder, rows, setting);
    for (const name of ['cost.svg', 'cost.png', 'order.svg', 'order.png'])
      expect(existsSync(`${folder}/${name}`)).toBe(true);
    const written = JSON.parse(readFileSync(`${folder}/rows.json`, 'utf8'));
    expect(written[0].result).toEqual(rows[0]!.record!.result);
    expect(written[1]).toMatchObject({ result: null, error: rows[1]!.error });
    const page = readFileSync(`${folder}/README.md`, 'utf8');
    expect(page).toMatch(/^\| SingleFrameSmall \| 16x84x84, every frame \| 0\.31 M \|.*\| 1 \| 6 \| .*%/m);
    expect(page).toMatch(/^\| SingleFrameSmall-batchSize=99 .*\| failed \|/m);
    expect(page).toContain('- `SingleFrameSmall-batchSize=99-seed1`: expected at least one full batch');
    expect(page).toContain('--set name=SingleFrameSmall-seed1');
  });

  test('before anything is done there is a table too, without pictures', () => {
    const page = comparisonPage([{ plan: rows[0]!.plan }], setting);
    expect(page).toMatch(/^\| SingleFrameSmall \| .*\| to do \|/m);
  });
});

test('stopped, it goes on to the very weights of one that was not', async () => {
  const controller = new AbortController();
  const stopping = {
    ...options,
    candidates: options.candidates.slice(0, 1),
    runs: data.at('stopped'),
    signal: controller.signal,
    progress: {
      log: (line: string) => void (line.startsWith('epoch 1') && controller.abort(new Error('enough'))),
      task: () => ({ update() {}, finish() {} }),
    },
  };
  await expect(compare(stopping)).rejects.toThrow('enough');
  const { signal: _, progress: __, ...rest } = stopping;
  const [row] = await compare(rest);
  const whole = data.config('whole', { frames: 16 });
  await trainSession(whole);
  const { metrics, files } = outcome(row!.plan.config);
  const straight = outcome(whole);
  expect(metrics).toBe(straight.metrics);
  // Compared as one: nobody wants to read weights in base64.
  expect(files.join() === straight.files.join()).toBe(true);
});

test('two rows side by side, each in its process, are the rows of one after the other', async () => {
  const lines: string[] = [];
  const candidates = parseCandidates(['SingleFrameSmall', 'SingleFrameSmall:batch_size=99']);
  const config = data.configFile('apart', { epochs: 1 });
  const [row, failed] = await compare({
    ...options,
    config,
    candidates,
    runs: data.at('apart'),
    jobs: 2,
    progress: { log: (line) => lines.push(line), task: () => ({ update() {}, finish() {} }) },
  });
  const [alone] = await compare({
    ...options,
    config,
    candidates: candidates.slice(0, 1),
    runs: data.at('alone'),
  });
  expect(row!.record!.result).toEqual(alone!.record!.result);
  expect(outcome(row!.plan.config).metrics).toBe(outcome(alone!.plan.config).metrics);
  expect(failed!.error).toBe(
    'expected at least one full batch, received 10 clips for a batch of 99; lower batch_size',
  );
  expect(lines).toContainEqual(expect.stringMatching(/^SingleFrameSmall-seed1: epoch 1: train loss/));
});

test('names of dots keep clear of each other', () => {
  const dots = [0, 1, 2, 3].map((i) => ({ name: `network ${i}`, cx: 200 + i, cy: 100 + 2 * i, r: 5 }));
  const places = placeLabels(dots, { left: 0, right: 400, top: 0, bottom: 200 });
  const boxes = places.map(({ x, y, anchor, name }) => {
    const width = 6 * name.length;
    const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
    return { left, right: left + width, top: y - 9, bottom: y };
  });
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1))
      expect(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom).toBe(true);
  }
});
