import { randomStream } from '@kinora/clip';
import { expect, test } from 'vitest';
import { committeeDoubt, labelIssues } from './label-issues.js';

/** Clips of 4 classes whose logit of the true class is 3 above noise; every 9th is labelled as the next class. */
function planted(clips: number) {
  const random = randomStream(3, 1);
  const truth = Int32Array.from({ length: clips }, (_, n) => n % 4);
  const logits = Float32Array.from(
    { length: clips * 4 },
    (_, i) => 0.3 * random.uniform() + (i % 4 === truth[i >> 2] ? 3 : 0),
  );
  const wrong = [...truth.keys()].filter((n) => n % 9 === 4);
  const targets = truth.map((label, n) => (wrong.includes(n) ? (label + 1) % 4 : label));
  return { targets, logits, truth, wrong };
}

test('planted wrong labels come first, with the right class suggested', () => {
  const { targets, logits, truth, wrong } = planted(180);
  const { verdicts, suspects, estimate } = labelIssues({ targets, logits }, 4);
  const found = verdicts.slice(0, wrong.length);
  expect(found.map(({ row }) => row).sort((a, b) => a - b)).toEqual(wrong);
  expect(
    found.every(({ row, suggested, suspect, margin }) => suggested === truth[row] && suspect && margin < 0),
  ).toBe(true);
  expect(suspects).toBe(wrong.length);
  expect(Math.abs(estimate - wrong.length)).toBeLessThan(3);
  expect(verdicts.at(-1)!.margin).toBeGreaterThan(0.8);
});

test('a class that is hard for the network is not called mislabelled', () => {
  // Half of class 1 looks like class 0 a little more than like itself, which no clip labelled 0 does.
  const rows = [...Array(20).fill([6, 0]), ...Array(20).fill([0, 6]), ...Array(20).fill([0.2, 0])];
  const logits = Float32Array.from(rows.flat());
  const targets = Int32Array.from(rows, (_, n) => (n < 20 ? 0 : 1));
  expect(labelIssues({ targets, logits }, 2).suspects).toBe(0);
});

test('a class without clips suggests nothing, and a single clip is no harm', () => {
  const { verdicts } = labelIssues({ targets: Int32Array.of(0), logits: Float32Array.of(0, 9, 9) }, 3);
  expect(verdicts).toMatchObject([{ suspect: false }]);
});

test('a committee asks for what its members contradict each other about', () => {
  const sure = [9, 0, 0];
  const first = Float32Array.from([...sure, 9, 0, 0, 0, 0, 0]);
  const second = Float32Array.from([...sure, 0, 9, 0, 0, 0, 0]);
  const doubts = committeeDoubt([first, second], 3);
  expect(doubts.map(({ row }) => row)).toEqual([2, 1, 0]);
  const [flat, split, agreed] = doubts as [(typeof doubts)[0], (typeof doubts)[0], (typeof doubts)[0]];
  expect(flat.entropy).toBeCloseTo(Math.log(3), 6);
  expect(flat.disagreement).toBeCloseTo(0, 6);
  expect(split.disagreement).toBeGreaterThan(0.6);
  expect(agreed.entropy).toBeLessThan(0.01);
});
