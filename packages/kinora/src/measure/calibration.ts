/**
 * How far predicted probabilities can be believed: expected calibration error, reliability diagram, and the temperature that
 * repairs them. Pure functions of logits `[N, classes]` and targets `[N]`.
 */
import { softmax } from '@kinora/clip';
import { groupedFolds, otherRows } from './folds.js';
import { groupInterval, type Interval } from './intervals.js';
import { argmax, crossEntropy } from './metrics.js';

/** A prediction: its probability, and whether it was right. */
export interface Confidence {
  /** The largest probability, in [0, 1]. */
  readonly confidence: number;
  readonly right: boolean;
}

/** The confidence of each prediction, `[N]`. */
export function confidences(
  logits: Float32Array,
  targets: Int32Array,
  classes: number,
  temperature = 1,
): Confidence[] {
  const predicted = argmax(logits, classes);
  return Array.from(targets, (target, n) => ({
    confidence: Math.max(...softmax(logits.subarray(n * classes, (n + 1) * classes), temperature)),
    right: predicted[n] === target,
  }));
}

/** Bins of equal width, as in Guo et al. 2017. */
export const BINS = 15;

export interface ReliabilityBin {
  readonly count: number;
  /** Means over the bin; NaN without predictions. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Predictions by confidence, in bins of equal width. */
export function reliability(predictions: readonly Confidence[], bins = BINS): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of predictions) {
    // (0, 1/15], (1/15, 2/15], ...
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += Number(right);
  }
  return sums.map(({ count, confidence, right }) => ({
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

/**
 * Expected calibration error: the mean distance between confidence and accuracy of the bins, weighted by their predictions
 * (Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3).
 */
export const calibrationError = (predictions: readonly Confidence[], bins = BINS): number =>
  reliability(predictions, bins).reduce(
    (sum, { count, confidence, accuracy }) =>
      count === 0 ? sum : sum + (count / predictions.length) * Math.abs(accuracy - confidence),
    0,
  );

/** With its 95 % interval; `groups` `[N]` are resampled as a whole. */
export const calibrationInterval = (
  predictions: readonly Confidence[],
  groups: Int32Array,
  seed = 1,
): Interval => groupInterval(predictions, groups, calibrationError, seed, 1000);

/** Lowest and highest temperature that is considered. */
const TEMPERATURES = [0.05, 20] as const;

/** Cross-entropy at a temperature. */
export const lossAt = (
  logits: Float32Array,
  targets: Int32Array,
  classes: number,
  temperature: number,
): number =>
  crossEntropy(
    logits.map((logit) => logit / temperature),
    targets,
    classes,
  );

/**
 * The temperature with the lowest cross-entropy (Guo et al. 2017, section 4.2), by golden-section search over its logarithm:
 * the loss has a single minimum, because it is convex in 1 / temperature.
 */
export function fitTemperature(logits: Float32Array, targets: Int32Array, classes: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const loss = (log: number): number => lossAt(logits, targets, classes, Math.exp(log));
  let [low, high] = [Math.log(TEMPERATURES[0]), Math.log(TEMPERATURES[1])];
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)];
  let [lossA, lossB] = [loss(a), loss(b)];
  while (high - low > 1e-4) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - golden * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + golden * (high - low);
      lossB = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}

export interface Calibration {
  /** Fitted on all clips. */
  readonly temperature: number;
  /** Confidences before. */
  readonly before: readonly Confidence[];
  /** Confidences after, each with a temperature that was fitted on other people. */
  readonly after: readonly Confidence[];
  readonly errorBefore: Interval;
  readonly errorAfter: Interval;
  /** Cross-entropy before, and after in the same way. */
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** Parts that the people are divided into to measure on others than were fitted on. */
const FOLDS = 5;
const SEED = 1;

/**
 * Fits a temperature, and measures what it gains on people whom it was not fitted on (cross-fitting).
 * @param groups a number per person, `[N]`; at least two
 */
export function calibrate(
  { logits, targets }: { readonly logits: Float32Array; readonly targets: Int32Array },
  classes: number,
  groups: Int32Array,
): Calibration {
  const folds = groupedFolds(groups, Math.min(FOLDS, new Set(groups).size), SEED);
  const before = confidences(logits, targets, classes);
  const after: Confidence[] = [...before];
  let lossAfter = 0;
  for (const fold of folds) {
    const [inside, outside] = [fold, otherRows(targets.length, fold)].map((which) => ({
      which,
      logits: rowsOf(logits, which, classes),
      targets: Int32Array.from(which, (n) => targets[n]!),
    })) as [Part, Part];
    const temperature = fitTemperature(outside.logits, outside.targets, classes);
    for (const [i, one] of confidences(inside.logits, inside.targets, classes, temperature).entries())
      after[inside.which[i]!] = one;
    lossAfter +=
      (lossAt(inside.logits, inside.targets, classes, temperature) * inside.which.length) / targets.length;
  }
  return {
    temperature: fitTemperature(logits, targets, classes),
    before,
    after,
    errorBefore: calibrationInterval(before, groups),
    errorAfter: calibrationInterval(after, groups),
    lossBefore: crossEntropy(logits, targets, classes),
    lossAfter,
  };
}

interface Part {
  readonly which: Int32Array;
  readonly logits: Float32Array;
  readonly targets: Int32Array;
}

function rowsOf(logits: Float32Array, rows: Int32Array, classes: number): Float32Array {
  const own = new Float32Array(rows.length * classes);
  for (const [i, n] of rows.entries()) own.set(logits.subarray(n * classes, (n + 1) * classes), i * classes);
  return own;
}
