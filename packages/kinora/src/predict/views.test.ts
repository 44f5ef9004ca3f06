/** Several views of a clip: the numbers are those of averaging by hand, the same in evaluation and prediction. */

import { softmax, viewsOf } from '@kinora/clip';
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { writeTestClip } from '../data/decode/fixtures.test.util.js';
import { readSplit } from '../data/splits.js';
import { openModel } from '../run/open.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { evaluateRun, predictTestList } from './evaluate.js';
import { predictClip } from './predict.js';
import { predictList } from './predict-list.js';
import { averageViews } from './views.js';

let data: TinyData;
let config: RunConfig;
const views = { clips: 2, crops: 3 };

beforeAll(async () => {
  data = new TinyData();
  // Wider and longer than what the network sees.
  for (const [i, id] of ['11', '12', '13', '14'].entries())
    writeTestClip(data.at('clips', id), 9, 90, 160, i);
  config = data.config('run', { epochs: 1, lr: 0.05 });
  await trainSession(config);
});
afterAll(() => data.remove());

/** The mean over views of the probabilities of each clip, one view at a time. */
async function byHand(): Promise<number[][]> {
  const model = openModel(runFolderOf(config).path);
  try {
    const list = readSplit(config, 'val', model.spec.labels)!;
    const sums = list.items.map(() => [0, 0, 0]);
    for (const view of viewsOf(views)) {
      const seen = { ...list, items: list.items.map((item) => ({ ...item, view })) };
      const { logits } = await predictList(model, seen, config);
      for (const [n, sum] of sums.entries())
        softmax(logits.subarray(3 * n, 3 * n + 3)).forEach((p, c) => {
          sum[c]! += p / 6;
        });
    }
    return sums;
  } finally {
    model.network.dispose();
  }
}

test('eval, test and predict average the probabilities, which changes them', async () => {
  const before = memoryStats().liveTensors;
  const expected = await byHand();
  const several = { ...config, evalClips: 2, evalCrops: 3 };
  const { evaluation, summary } = await evaluateRun(several);
  const single = await evaluateRun(config);
  expect(evaluation.ids).toEqual(single.evaluation.ids);
  expect(summary.loss).not.toBe(single.summary.loss);
  const model = openModel(runFolderOf(config).path);
  for (const [n, id] of evaluation.ids.entries()) {
    const row = softmax(evaluation.logits.subarray(3 * n, 3 * n + 3));
    for (const { label, probability } of await predictClip(model, data.at('clips', id), 'cpu', views)) {
      const c = model.spec.labels.indexOf(label);
      expect(row[c]).toBeCloseTo(expected[n]![c]!, 5);
      expect(probability).toBeCloseTo(expected[n]![c]!, 5);
    }
  }
  model.network.dispose();
  expect((await predictTestList(several)).clips).toBe(2);
  expect(memoryStats().liveTensors).toBe(before);
});

test('a clip of which a view is missing is left out', () => {
  const logits = Float32Array.from([0, 0, 2, 0, 1, 1, 0, 3].flatMap((x) => [x, 0]));
  // Two views each of four clips; the second view of clip 1 is missing.
  const found = averageViews(
    {
      indices: Int32Array.of(0, 1, 2, 4, 5, 6, 7),
      targets: Int32Array.of(0, 0, 1, 0, 0, 1, 1),
      logits: logits.subarray(0, 14),
    },
    { clips: 2, crops: 1 },
  );
  expect([...found.indices]).toEqual([0, 2, 3]);
  expect([...found.targets]).toEqual([0, 0, 1]);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  expect(Math.exp(found.logits[0]!)).toBeCloseTo((sigmoid(0) + sigmoid(0)) / 2, 6);
  expect(Math.exp(found.logits[2]!)).toBeCloseTo((sigmoid(0) + sigmoid(1)) / 2, 6);
});
