import { expect, test } from 'vitest';
import { examples } from './demo.js';

/** Logits that put `said` first. */
const logitsOf = (said: readonly number[], classes: number): Float32Array =>
  Float32Array.from(
    said.flatMap((label) => Array.from({ length: classes }, (_, c) => (c === label ? 3 : 0))),
  );

const evaluation = (targets: number[], said: number[], classes: number) => ({
  ids: targets.map(String),
  targets: Int32Array.from(targets),
  logits: logitsOf(said, classes),
});

test('the demo shows right answers of labels spread over the list, and a mistake last', () => {
  const targets = [0, 0, 1, 2, 3, 4, 5, 5];
  const said = [1, 0, 1, 2, 3, 4, 5, 5];
  expect(examples(evaluation(targets, said, 6), 6)).toEqual([2, 4, 6, 0]);
});

test('without a mistake all of them are right, without a right answer there is one mistake', () => {
  expect(examples(evaluation([0, 1], [0, 1], 2), 2)).toEqual([0, 1]);
  expect(examples(evaluation([0, 1], [1, 0], 2), 2)).toHaveLength(1);
});
