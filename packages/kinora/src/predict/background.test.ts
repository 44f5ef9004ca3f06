/** The background of a run: what is stored, what travels along, and what drops it. */
import { decodeBackground } from '@kinora/clip';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { openModel } from '../run/open.js';
import { readPostprocess, writePostprocess } from '../run/postprocess.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { backgroundRun } from './background.js';
import { collectFeatures } from './features.js';

let data: TinyData;
let config: RunConfig;
beforeAll(async () => {
  data = new TinyData();
  config = data.config('run', { epochs: 1, workers: 0 });
  await trainSession(config);
});
afterAll(() => data.remove());

test('features of the validation clips are stored beside what was fitted, within a step of their range', async () => {
  const model = openModel(runFolderOf(config).path);
  writePostprocess(model.file, { temperature: 2, settings: {} });
  const rows: Float32Array[] = [];
  for await (const { features } of collectFeatures(model, data.at('validation.csv'), {
    folder: data.at('clips'),
    workers: 0,
  }))
    rows.push(features);
  model.network.dispose();
  const { clips, features, file } = await backgroundRun(config);
  const { temperature, background } = readPostprocess(file);
  expect([clips, features, temperature]).toEqual([rows.length, rows[0]!.length, 2]);
  expect(new Set(background!.movements).size).toBeGreaterThan(1);
  const range = (f: number): number => {
    const values = rows.map((row) => row[f]!);
    return Math.max(...values) - Math.min(...values);
  };
  for (const [n, row] of decodeBackground(background!).entries())
    for (const [f, value] of row.entries())
      expect(Math.abs(value - rows[n]![f]!)).toBeLessThanOrEqual(range(f) / 500 + 1e-4);
});

test('other clips, and no more than asked for', async () => {
  const { clips } = await backgroundRun(config, {
    clips: data.at('train.csv'),
    folder: data.at('clips'),
    most: 3,
  });
  expect(clips).toBe(3);
  await expect(backgroundRun(config, { clips: data.at('none.csv') })).rejects.toThrow(/none\.csv/);
});
