/** A cross-validation of tiny clips: who is held out, what is kept, stopped and continued, and how bad input reads. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readClipList } from '../data/lists/annotations.js';
import { labelIssues } from '../measure/label-issues.js';
import { silent } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { LABELS, outcome, TinyData } from '../train/tiny-run.test.util.js';
import { type CrossvalOptions, type CrossvalResult, crossval } from './crossval.js';
import { reviewLabels } from './labels.js';
import { writeCrossval } from './report.js';

let data: TinyData;
let result: CrossvalResult;
const PEOPLE = ['anna', 'ben', 'cem', 'dora'];
const input = () => data.input('base', { epochs: 1 });
/** The clips of one list alone. */
const alone = (trainList: string) => {
  const { validationList: _, ...rest } = input();
  return { ...rest, trainList, validationFolder: data.at('clips') };
};
const run = (out: string, options: CrossvalOptions = {}) =>
  crossval(input(), { folds: 2, out: data.at(out), ...options });

beforeAll(async () => {
  data = new TinyData();
  // Clips 1 to 10 are listed for training, 11 to 14 for validation.
  const rows = Array.from({ length: 14 }, (_, i) => `${i + 1},${PEOPLE[i % 4]}`);
  data.write('subjects.csv', ['id,subject', ...rows]);
  result = await run('whole');
});
afterAll(() => data.remove());

const listed = (name: string): string[] =>
  readClipList(data.at('whole/lists', name), data.at('clips')).items.map(({ id }) => id);
const personOf = (id: string): string => PEOPLE[(Number(id) - 1) % 4]!;

describe('a cross-validation', () => {
  test('predicts every clip once, by a network that never saw its person', () => {
    const { evaluation, folds } = result.heldOut!;
    expect([...evaluation.ids].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 14 }, (_, i) => String(i + 1)),
    );
    for (const fold of [0, 1]) {
      const held = evaluation.ids.filter((_, n) => folds[n] === fold);
      expect(listed(`fold-${fold + 1}-held-out.csv`).sort()).toEqual([...held].sort());
      const trained = new Set(listed(`fold-${fold + 1}-train.csv`).map(personOf));
      expect(held.filter((id) => trained.has(personOf(id)))).toEqual([]);
    }
    expect(result.folds[0]!.plan.config.validationList).toBeUndefined();
  });

  test('gives the mean, its interval over people, and the worst person', async () => {
    const { people, top1, summary } = result.heldOut!;
    expect(people!.people.map(({ person }) => person).sort()).toEqual(PEOPLE);
    expect(people!.people[0]!.top1).toBe(Math.min(...people!.people.map((one) => one.top1)));
    expect(top1.value).toBeCloseTo(summary.top1, 12);
    expect(top1.low).toBeLessThanOrEqual(top1.value);
    const html = readFileSync((await writeCrossval(result))!, 'utf8');
    expect(html).toContain(`worst person, ${people!.people[0]!.person}`);
    for (const name of ['people.png', 'people.svg', 'confusion.png', 'logits.npy'])
      expect(existsSync(data.at('whole/report', name))).toBe(true);
    const numbers = JSON.parse(readFileSync(data.at('whole/report/crossval.json'), 'utf8'));
    expect(numbers).toMatchObject({
      clips: 14,
      top1: { value: summary.top1 },
      folds: [{ clips: 7 }, { clips: 7 }],
    });
    expect(readFileSync(data.at('whole/report/predictions.csv'), 'utf8').split('\n')).toHaveLength(16);
  });

  test('does nothing again, and refuses other folds or settings in the same folder', async () => {
    const { config } = result.folds[0]!.plan;
    const before = outcome(config).metrics;
    expect((await run('whole')).heldOut!.evaluation).toEqual(result.heldOut!.evaluation);
    expect(outcome(config).metrics).toBe(before);
    await expect(run('whole', { folds: 3 })).rejects.toThrow(
      /plan.json: expected the folds of an earlier call: 2 over 14 clips, seed 1, received 3 over 14 clips, seed 1; choose another folder/,
    );
    await expect(crossval({ ...input(), lr: 0.5 }, { folds: 2, out: data.at('whole') })).rejects.toThrow(
      /fold-1: expected a run with the same settings, received lr 0.001 -> 0.5/,
    );
  });
});

test('stopped in a fold, it goes on to the same predictions, side by side too', async () => {
  const controller = new AbortController();
  const progress = {
    ...silent,
    log: (line: string) => void (line.startsWith('epoch 1') && controller.abort(new Error('enough'))),
  };
  await expect(run('stopped', { progress, signal: controller.signal })).rejects.toThrow('enough');
  const lines: string[] = [];
  const again = await run('stopped', { jobs: 2, progress: { ...silent, log: (line) => lines.push(line) } });
  expect(hasCheckpoint(again.folds[1]!.plan.config)).toBe(true);
  expect(lines).toContainEqual(expect.stringMatching(/^fold-2: epoch 1: train loss/));
  expect(again.heldOut!.evaluation).toEqual(result.heldOut!.evaluation);
});

test('a fold that fails keeps its error, and the others are measured', async () => {
  // Without Anna, or without Ben, fewer clips are left than a batch has.
  const rows = [1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 4, 8].map((id, i) => `${id};${LABELS[i % 3]}`);
  const { folds, heldOut } = await crossval(
    { ...alone(data.write('twelve.csv', rows)), batchSize: 9 },
    { folds: 'person', out: data.at('fails') },
  );
  const errors = folds.map(({ plan, error }) => [plan.rows.length, error]);
  const short = 'expected at least one full batch, received 8 clips for a batch of 9; lower batchSize';
  expect(errors).toEqual([
    [4, short],
    [4, short],
    [2, undefined],
    [2, undefined],
  ]);
  expect(heldOut!.people!.people.map(({ person }) => person).sort()).toEqual(['cem', 'dora']);
});

test('labels are reviewed by networks that did not see them, and unlabelled clips by all of them', async () => {
  const pool = data.write('pool.csv', ['15', '16']);
  const review = await reviewLabels(data.at('whole'), { pool, poolFolder: data.at('clips') });
  const { evaluation } = result.heldOut!;
  expect(review.items.map(({ id }) => id)).toEqual(evaluation.ids);
  const { verdicts } = labelIssues(evaluation, 3);
  expect(review.verdicts).toEqual(verdicts);
  const lines = readFileSync(data.at('whole/labels/suspects.csv'), 'utf8').trimEnd().split('\n');
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(
    verdicts.map(({ row }) => evaluation.ids[row]),
  );
  expect(review.next!.map(({ item }) => item.id).sort()).toEqual(['15', '16']);
  expect(review.next![0]!.entropy).toBeGreaterThanOrEqual(review.next![1]!.entropy);
  const html = readFileSync(review.page, 'utf8');
  expect(html.match(/<img /g)).toHaveLength(review.suspects + 2);
  await expect(reviewLabels(data.at('clips'))).rejects.toThrow(/expected the folder of a cross-validation/);
});

test('bad input reads in one line', async () => {
  await expect(crossval({ ...input(), patience: 2 }, { out: data.at('bad') })).rejects.toThrow(
    'patience: expected a training of fixed length: held-out people must not decide when it ends, received 2; pass --set patience=null, and epochs',
  );
  await expect(run('bad', { folds: 9 })).rejects.toThrow(
    'expected at least 9 people (or clips, if people are unknown), one per fold, received 4; use fewer folds',
  );
  const elsewhere = data.write('clips/elsewhere.csv', ['1;Stop Sign', '2;Swiping Left']);
  await expect(
    crossval(
      { ...input(), trainList: elsewhere, validationList: undefined, validationFolder: data.at('clips') },
      { folds: 'person', out: data.at('bad') },
    ),
  ).rejects.toThrow(/elsewhere.csv: expected the person in each clip, to leave out one at a time/);
  expect(existsSync(data.at('bad'))).toBe(false);
});
