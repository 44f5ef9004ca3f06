import { randomStream, softmax } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import {
  calibrate,
  calibrationError,
  confidences,
  fitTemperature,
  lossAt,
  reliability,
} from './calibration.js';

const classes = 4;

/** Logits whose softmax is the true distribution of their targets, then multiplied by `factor`. */
function drawn(count: number, factor: number, seed: number) {
  const random = randomStream(seed, 77);
  const logits = new Float32Array(count * classes);
  const targets = Int32Array.from({ length: count }, (_, n) => {
    for (let c = 0; c < classes; c++) logits[n * classes + c] = 3 * random.uniform();
    const own = softmax(logits.subarray(n * classes, (n + 1) * classes));
    const draw = random.uniform();
    let target = 0;
    for (let below = own[0]!; below < draw && target < classes - 1; below += own[target]!) target++;
    return target;
  });
  return { logits: logits.map((logit) => logit * factor), targets };
}

test('the temperature of logits that are too large by a factor is that factor', () => {
  const { logits, targets } = drawn(8000, 2.5, 1);
  const temperature = fitTemperature(logits, targets, classes);
  expect(temperature).toBeGreaterThan(2.3);
  expect(temperature).toBeLessThan(2.75);
  const loss = lossAt(logits, targets, classes, temperature);
  for (const other of [0.95, 1.05])
    expect(lossAt(logits, targets, classes, temperature * other)).toBeGreaterThan(loss);
});

describe('the calibration error', () => {
  test('is the weighted distance of confidence and accuracy', () => {
    const predictions = [
      { confidence: 0.95, right: true },
      { confidence: 0.95, right: false },
      { confidence: 0.55, right: true },
      { confidence: 0.55, right: true },
    ];
    expect(calibrationError(predictions)).toBeCloseTo(0.5 * 0.45 + 0.5 * 0.45, 9);
    const bins = reliability(predictions);
    expect(bins).toHaveLength(15);
    expect(bins[14]).toEqual({ count: 2, confidence: 0.95, accuracy: 0.5 });
    expect(bins[0]).toEqual({ count: 0, confidence: Number.NaN, accuracy: Number.NaN });
  });

  test('of probabilities that are right as often as they say is small', () => {
    const { logits, targets } = drawn(8000, 1, 2);
    expect(calibrationError(confidences(logits, targets, classes))).toBeLessThan(0.03);
    expect(calibrationError(confidences(logits, targets, classes, 0.3))).toBeGreaterThan(0.15);
  });
});

test('calibration is measured on people whom it was not fitted on', () => {
  const { logits, targets } = drawn(2000, 3, 3);
  const groups = Int32Array.from(targets, (_, n) => Math.floor(n / 100));
  const found = calibrate({ logits, targets }, classes, groups);
  expect(found.errorAfter.value).toBeLessThan(0.4 * found.errorBefore.value);
  expect(found.errorAfter.low).toBeLessThanOrEqual(found.errorAfter.value);
  expect(found.lossAfter).toBeLessThan(found.lossBefore);
  expect(found.after.map(({ right }) => right)).toEqual(found.before.map(({ right }) => right));
  // A person whose targets are shuffled changes the temperature of the others, not their own.
  const shuffled = targets.map((target, n) => (n < 100 ? (target + 1) % classes : target));
  const other = calibrate({ logits, targets: shuffled }, classes, groups);
  expect(other.after.slice(0, 100).map(({ confidence }) => confidence)).toEqual(
    found.after.slice(0, 100).map(({ confidence }) => confidence),
  );
  expect(other.after.slice(100, 200)).not.toEqual(found.after.slice(100, 200));
});
