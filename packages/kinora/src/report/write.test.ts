import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trialReport } from './trial.test.util.js';
import { predictionsCsv, writeReport, writeTestResults } from './write.js';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kinora-report-')), 'report');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('writes the page, the pictures and the numbers', async () => {
  await writeReport(folder, trialReport());
  expect(readdirSync(folder).sort()).toEqual([
    'confusion.png',
    'curves.png',
    'index.html',
    'logits.npy',
    'metrics.json',
    'targets.npy',
    'test_results.csv',
    'worst_clips.png',
  ]);
  expect(read('test_results.csv')).toBe(
    '10;Swiping Left\n11;Swiping Right\n12;Swiping Right\n13;Swiping Left\n14;Stop Sign\n15;Stop Sign\n',
  );
  expect(JSON.parse(read('metrics.json'))).toMatchObject({
    name: 'trial',
    summary: { clips: 6, top1: 2 / 3, top5: 1 },
    classes: [{ label: 'Swiping Left', recall: 0.5 }, {}, { label: 'Stop Sign', f1: 1 }],
    confused: [{ target: 'Swiping Left', predicted: 'Swiping Right', count: 1 }, {}],
    confusion: [
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 2],
    ],
  });
  expect(read('logits.npy')).toContain("'shape': (6, 3)");
});

test('every file that the page links to is there', async () => {
  for (const data of [trialReport(), trialReport({ history: [], worst: [] })]) {
    await writeReport(folder, data);
    const links = [...read('index.html').matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    // The second report has fewer pictures: those of the first are gone.
    expect(readdirSync(folder).filter((name) => name !== 'index.html')).toEqual([...links].sort());
  }
});

test('writes nothing if the evaluation is broken', async () => {
  const { evaluation } = trialReport();
  const broken = { ...evaluation, logits: evaluation.logits.with(4, Number.NaN) };
  await expect(writeReport(folder, trialReport({ evaluation: broken }))).rejects.toThrow(
    'clip 11: expected finite logits',
  );
  expect(() => readdirSync(folder)).toThrow();
});

test('predictions are quoted only where they must be', () => {
  const labels = ['plain', 'a;b', 'say "hi"'];
  expect(predictionsCsv(['1', '2', '3'], Int32Array.of(0, 1, 2), labels)).toBe(
    '1;plain\n2;"a;b"\n3;"say ""hi"""\n',
  );
});

test('the test set: predictions and logits, nothing that needs targets', () => {
  const { evaluation, labels } = trialReport();
  writeTestResults(folder, evaluation, labels);
  expect(readdirSync(folder).sort()).toEqual(['testset_logits.npy', 'testset_results.csv']);
  expect(read('testset_results.csv')).toMatch(/^10;Swiping Left\n11;Swiping Right\n/);
});
