/** Calibration of a run: what is stored, what uses it, and what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softmax } from '@kinora/clip';
import { serialize } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { openModel } from '../run/open.js';
import { readPostprocess, writePostprocess } from '../run/postprocess.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { calibrateRun } from './calibrate.js';
import { evaluateRun } from './evaluate.js';
import { predictClip } from './predict.js';

let data: TinyData;
let config: RunConfig;
beforeAll(async () => {
  data = new TinyData();
  config = data.config('run', { epochs: 1, workers: 1 });
  await trainSession(config);
});
afterAll(() => data.remove());

test('a temperature is stored with the weights alone, and predictions and reports use it', async () => {
  const { path } = runFolderOf(config);
  const before = await evaluateRun(config);
  const { file, network } = openModel(path);
  network.dispose();
  const tensorsOf = () => {
    const tensors = serialize.loadSafetensors(file);
    const bytes = Array.from(tensors, ([name, tensor]) => [
      name,
      Buffer.from(tensor.toBytes()).toString('hex'),
    ]);
    for (const tensor of tensors.values()) tensor.dispose();
    return bytes;
  };
  const weights = tensorsOf();
  const { spec } = Object.fromEntries(serialize.loadSafetensorsMetadata(file));
  writePostprocess(file, { temperature: 2, settings: { threshold: 0.7 } });
  expect(readPostprocess(file)).toEqual({ temperature: 2, settings: { threshold: 0.7 } });
  expect(tensorsOf()).toEqual(weights);
  expect(serialize.loadSafetensorsMetadata(file).get('spec')).toBe(spec);

  const after = await evaluateRun(config);
  expect(after.evaluation.logits).toEqual(before.evaluation.logits.map((logit) => logit / 2));
  const model = openModel(path);
  const [id] = after.evaluation.ids;
  const own = softmax(before.evaluation.logits.subarray(0, 3), 2);
  const predicted = await predictClip(model, join(config.trainFolder!, id!));
  model.network.dispose();
  for (const [c, label] of after.labels.entries())
    expect(predicted.find((one) => one.label === label)!.probability).toBeCloseTo(own[c]!, 4);

  writePostprocess(file, { temperature: 1, settings: {} });
  expect(serialize.loadSafetensorsMetadata(file).has('postprocess')).toBe(false);
});

test('a few clips are too few, and change nothing', async () => {
  const { file, network } = openModel(runFolderOf(config).path);
  network.dispose();
  const before = readFileSync(file);
  await expect(calibrateRun(config)).rejects.toThrow(
    'expected at least 50 clips of two people, to fit a temperature on, received 4 clips of',
  );
  expect(readFileSync(file)).toEqual(before);
});

test('the temperature of a run is fitted on its validation clips', async () => {
  // The same few clips many times, with wrong labels among them: there is something to fit.
  const list = data.at('many.csv');
  const lines = readFileSync(config.validationList!, 'utf8').trim().split('\n');
  const labels = lines.map((line) => line.split(';')[1]!);
  const many = Array.from({ length: 15 }, (_, k) =>
    lines.map((line, i) => `${line.split(';')[0]};${labels[(i + Number(k % 3 === 0)) % labels.length]}`),
  );
  writeFileSync(list, `${many.flat().join('\n')}\n`);
  const found = await calibrateRun({ ...config, validationList: list });
  expect(found.clips).toBe(60);
  expect(found.temperature).not.toBe(1);
  expect(readPostprocess(found.file).temperature).toBe(found.temperature);
  expect(existsSync(found.pictures)).toBe(true);
});
