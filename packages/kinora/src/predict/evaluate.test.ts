/** Evaluation of a run: the numbers that training logged, the report, single clips, and nothing left behind. */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { softmax } from '@kinora/clip';
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { readNpy } from '../files/npy.js';
import { readMetrics } from '../run/metrics-log.js';
import { openModel } from '../run/open.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { evaluateRun, predictTestList } from './evaluate.js';
import { predictClip } from './predict.js';

let data: TinyData;
let config: RunConfig;
beforeAll(async () => {
  data = new TinyData();
  config = data.config('run', { epochs: 3, workers: 1, lr: 0.01 });
  await trainSession(config);
});
afterAll(() => data.remove());

const VALIDATION = ['11', '12', '13', '14'];

describe('evaluation', () => {
  test('gives the numbers that the loop logged for the best epoch', async () => {
    const { summary } = await evaluateRun(config);
    const epochs = readMetrics(runFolderOf(config).metrics).filter(({ finished_epoch }) => finished_epoch);
    const best = epochs.reduce((a, b) =>
      Number(b.val_top1) > Number(a.val_top1) ||
      (b.val_top1 === a.val_top1 && Number(b.val_loss) < Number(a.val_loss))
        ? b
        : a,
    );
    expect(summary.loss).toBeCloseTo(Number(best.val_loss), 4); // batch norms are folded for inference
    expect([summary.top1, summary.top5]).toEqual([best.val_top1, best.val_top5]);
    expect(new Set(epochs.map(({ val_loss }) => val_loss)).size).toBe(3); // so that it could have been another's
  });

  test('takes a run folder and a configuration that is not complete, too', async () => {
    const { summary } = await evaluateRun(config);
    expect((await evaluateRun(runFolderOf(config).path)).summary).toEqual(summary);
    expect((await evaluateRun(data.input('run', { workers: 1 }))).summary).toEqual(summary);
    await expect(evaluateRun(data.at('runs', 'none'))).rejects.toMatchObject({ code: 'config/unreadable' });
  });

  test('writes the report with ids, predictions and logits', async () => {
    const { report, evaluation, labels } = await evaluateRun(config);
    expect(evaluation.ids).toEqual(VALIDATION);
    const { data: logits, shape } = readNpy(join(report, 'logits.npy'));
    expect([shape, logits]).toEqual([[4, 3], evaluation.logits]);
    const rows = readFileSync(join(report, 'test_results.csv'), 'utf8').trimEnd().split('\n');
    expect(rows.map((row) => row.split(';')[0])).toEqual(VALIDATION);
    expect(rows.every((row) => labels.includes(row.split(';')[1]!))).toBe(true);
    const { history, summary } = JSON.parse(readFileSync(join(report, 'metrics.json'), 'utf8'));
    expect(history.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2, 3]);
    expect(summary.clips).toBe(4);
    for (const name of ['index.html', 'curves.png', 'confusion.png'])
      expect(existsSync(join(report, name))).toBe(true);
  });

  test('predict says the same of each clip, as probabilities', async () => {
    const { evaluation } = await evaluateRun(config);
    const model = openModel(runFolderOf(config).path);
    try {
      for (const [row, id] of VALIDATION.entries()) {
        const expected = softmax(evaluation.logits.subarray(3 * row, 3 * row + 3));
        // One clip with folded norms rounds otherwise than a batch.
        for (const { label, probability } of await predictClip(model, data.at('clips', id)))
          expect(probability).toBeCloseTo(expected[model.spec.labels.indexOf(label)]!, 5);
      }
    } finally {
      model.network.dispose();
    }
  });

  test('predict looks at the part of a video that it is asked for', async () => {
    const [first, second] = ['11', '12'].map((id) => data.at('clips', id)) as [string, string];
    const path = data.at('both');
    mkdirSync(path);
    const frames = [first, second].flatMap((clip) => readdirSync(clip).map((name) => join(clip, name)));
    for (const [i, frame] of frames.entries())
      copyFileSync(frame, join(path, `${String(i + 1).padStart(5, '0')}.jpg`));
    const half = frames.length / 2 / config.frameRate;
    const model = openModel(runFolderOf(config).path);
    const [before, after] = [await predictClip(model, first), await predictClip(model, second)];
    expect(await predictClip(model, { path, end: half })).toEqual(before);
    expect(await predictClip(model, { path, start: half })).toEqual(after);
    expect(before).not.toEqual(after);
    model.network.dispose();
  });

  test('the test list is predicted without labels', async () => {
    const { file, clips } = await predictTestList(config);
    expect(clips).toBe(2);
    expect(readFileSync(file, 'utf8')).toMatch(/^15;S.*\n16;S.*\n$/);
  });

  test('a checkpoint that is named but not there is told', async () => {
    const lines: string[] = [];
    const progress = {
      log: (line: string) => void lines.push(line),
      task: () => ({ update() {}, finish() {} }),
    };
    await evaluateRun({ ...config, checkpoint: 'nowhere.pth.tar' }, { progress });
    expect(lines).toEqual([
      `nowhere.pth.tar does not exist; using the weights of ${runFolderOf(config).path}`,
    ]);
  });

  test('leaves no tensor alive, nor does its failure', async () => {
    const before = memoryStats().liveTensors;
    await evaluateRun(config);
    await expect(evaluateRun({ ...config, model: 'ConvColumnSmall' })).rejects.toThrow(
      'expected the weights of',
    );
    await expect(evaluateRun({ ...config, validationList: '/nowhere' })).rejects.toThrow('/nowhere');
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('the signal stops it', async () => {
    const reason = new Error('enough');
    await expect(evaluateRun(config, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
