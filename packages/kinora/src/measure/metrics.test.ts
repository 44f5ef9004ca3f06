import { describe, expect, test } from 'vitest';
import {
  argmax,
  checkEvaluation,
  confusedPairs,
  confusionMatrix,
  crossEntropy,
  errorCorrelation,
  meanClassAccuracy,
  oracle,
  perClass,
  summarize,
  topK,
  worstClips,
} from './metrics.js';

/** Logits that PyTorch was given too: 40 clips, 7 classes. */
const classes = 7;
const logits = Float32Array.from({ length: 40 * classes }, (_, i) => Math.sin(i * 1.7) * 3);
const targets = Int32Array.from({ length: 40 }, (_, i) => (i * i + 3 * i) % classes);
const ids = Array.from({ length: 40 }, (_, i) => String(i));

describe('against PyTorch', () => {
  test('cross-entropy', () =>
    expect(crossEntropy(logits, targets, classes)).toBeCloseTo(3.786564180191898, 6));

  test.each([
    [1, 0.15],
    [2, 0.25],
    [5, 0.7],
  ])('top-%i', (k, expected) => expect(topK(logits, targets, classes, k)).toBeCloseTo(expected, 6));

  test('confusion matrix', () => {
    const counts = confusionMatrix(targets, argmax(logits, classes), classes);
    expect([...counts]).toEqual(
      [
        [2, 2, 1, 2, 1, 2, 2],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 1, 1, 1],
        [0, 2, 2, 2, 3, 2, 1],
        [1, 1, 1, 4, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
      ].flat(),
    );
  });
});

describe('rows of logits', () => {
  test('cross-entropy stays finite for large logits', () => {
    expect(crossEntropy(Float32Array.of(1000, 0), Int32Array.of(1), 2)).toBe(1000);
  });

  test('equal logits: the lower index comes first, for argmax and top-k alike', () => {
    const equal = new Float32Array(3);
    expect([...argmax(equal, 3)]).toEqual([0]);
    expect([0, 1, 2].map((t) => topK(equal, Int32Array.of(t), 3, 2))).toEqual([1, 1, 0]);
  });

  test('a network that has diverged is never right', () => {
    const nothing = new Float32Array(3).fill(Number.NaN);
    expect([0, 1, 2].map((t) => topK(nothing, Int32Array.of(t), 3, 2))).toEqual([0, 0, 0]);
    const one = Float32Array.of(Number.NaN, 1, 0);
    expect([0, 1, 2].map((t) => topK(one, Int32Array.of(t), 3, 2))).toEqual([0, 1, 0]);
  });
});

describe('per class', () => {
  // True class in rows: 0 is right 3 of 4 times, 1 always, 2 has no clips but is predicted once, 3 has neither.
  const confusion = Uint32Array.of(3, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const metrics = perClass(confusion, 4);

  test('precision, recall, F1 and support', () => {
    expect(metrics[0]).toEqual({ support: 4, predicted: 3, precision: 1, recall: 0.75, f1: 6 / 7 });
    expect(metrics[1]).toEqual({ support: 2, predicted: 2, precision: 1, recall: 1, f1: 1 });
    expect(metrics[2]).toEqual({ support: 0, predicted: 1, precision: 0, recall: Number.NaN, f1: 0 });
    expect(metrics[3]!.f1).toBeNaN();
  });

  test('mean class accuracy counts only classes that have clips', () => {
    expect(meanClassAccuracy(metrics)).toBe(0.875);
  });
});

test('confused pairs: most frequent first, then the larger share', () => {
  const confusion = Uint32Array.of(5, 2, 0, 1, 9, 0, 0, 1, 1);
  expect(confusedPairs(confusion, 3, 2)).toEqual([
    { target: 0, predicted: 1, count: 2, share: 2 / 7 },
    { target: 2, predicted: 1, count: 1, share: 0.5 },
  ]);
});

test('the worst clips are the wrong ones, least probable first', () => {
  const evaluation = {
    ids: ['a', 'b', 'c', 'd'],
    targets: Int32Array.of(0, 0, 1, 1),
    logits: Float32Array.of(5, 0, 0, 1, 4, 0, 0, 3),
  };
  expect(worstClips(evaluation, 2, 5)).toEqual([2, 1]);
  expect(worstClips(evaluation, 2, 1)).toEqual([2]);
});

describe('an evaluation is checked', () => {
  test.each([
    [{ ids: ['x'] }, 'targets: expected 1 values, one per clip, received 40'],
    [{ logits: logits.subarray(1) }, 'logits: expected 40 x 7 values, received 279'],
    [{ targets: targets.with(3, 7) }, 'clip 3: expected a class from 0 to 6, received 7'],
    [{ targets: targets.with(3, -1) }, 'clip 3: expected a class from 0 to 6, received -1'],
    [
      { logits: logits.with(8, Number.NaN) },
      'clip 1: expected finite logits, received NaN; the network has diverged',
    ],
  ])('%#', (change, message) => {
    expect(() => checkEvaluation({ ids, targets, logits, ...change }, classes)).toThrow(message);
  });

  test('and summarized', () => {
    expect(() => checkEvaluation({ ids, targets, logits }, classes)).not.toThrow();
    expect(summarize({ ids, targets, logits }, classes)).toMatchObject({ clips: 40, top1: 0.15, top5: 0.7 });
  });
});

describe('agreement', () => {
  const logits = (right: readonly number[]) => Float32Array.from(right.flatMap((r) => [r, 1 - r]));
  const table = {
    classes: 2,
    members: [logits([1, 1, 0, 0]), logits([1, 0, 1, 0]), logits([1, 1, 0, 0]), logits([1, 1, 1, 1])],
    targets: new Int32Array(4),
  };

  test('is the correlation of errors; nothing for a member without any', () => {
    const errors = [...errorCorrelation(table)];
    expect(errors.slice(0, 3)).toEqual([1, 0, 1]);
    expect(errors[3]).toBeNaN();
  });

  test('the oracle is right where anybody is', () => {
    expect(oracle({ ...table, members: table.members.slice(0, 2) })).toBe(0.75);
  });
});
