/**
 * A small classifier (head) on a network's features: softmax regression with L2, trained in the page within seconds. The
 * loss is the mean over classes of the mean cross-entropy of their examples, plus λ/2 times the squared weights. It is
 * convex, so there is one solution, and Nesterov's gradient descent (1983) converges to it.
 */
import { softmax } from '@kinora/clip';

/** A classifier of taught gestures, on the features of a network. */
export interface Head {
  readonly labels: readonly string[];
  /** Of the examples' features, `[F]`, which are standardised to mean 0 and standard deviation 1. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** `[classes, F]`, row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Features `[F]` of clips of one class. */
export interface TaughtClass {
  readonly label: string;
  readonly examples: readonly Float32Array[];
}

const LAMBDA = 0.01;
/** The gradient norm below which training has converged. */
const TOLERANCE = 1e-4;
const MAX_STEPS = 3000;
/** Milliseconds of work before yielding to the page. */
const TIME_SLICE = 10;

/** Needs at least two classes with an example each. Yields to the page between steps. */
export async function trainHead(classes: readonly TaughtClass[]): Promise<Head> {
  const { mean, deviation } = moments(classes.flatMap(({ examples }) => examples));
  const size = mean.length;
  const rows = classes.flatMap(({ examples }, label) =>
    examples.map((features) => ({
      label,
      share: 1 / (classes.length * examples.length),
      x: standardised(features, mean, deviation),
    })),
  );
  const point = new Float64Array(classes.length * (size + 1));
  await descend(point, rows, classes.length, size);
  const weights = Float32Array.from(point.subarray(0, classes.length * size));
  const bias = Float32Array.from(point.subarray(classes.length * size));
  return { labels: classes.map(({ label }) => label), mean, deviation, weights, bias };
}

/** Probabilities `[classes]` of features `[F]`. */
export function predictHead({ mean, deviation, weights, bias }: Head, features: Float32Array): Float32Array {
  const x = standardised(features, mean, deviation);
  return Float32Array.from(softmax(logits(x, weights, bias)));
}

interface Row {
  readonly label: number;
  /** Weight in the loss; together 1. */
  readonly share: number;
  readonly x: Float32Array;
}

async function descend(
  point: Float64Array,
  rows: readonly Row[],
  classes: number,
  size: number,
): Promise<void> {
  const before = point.slice();
  const ahead = point.slice();
  const gradient = new Float64Array(point.length);
  const step = 1 / curvatureBound(rows);
  let turn = performance.now();
  for (let k = 0; k < MAX_STEPS; k++) {
    lossGradient(ahead, rows, classes, size, gradient);
    if (Math.hypot(...gradient) < TOLERANCE) break;
    for (let i = 0; i < point.length; i++) {
      before[i] = point[i]!;
      point[i] = ahead[i]! - step * gradient[i]!;
      ahead[i] = point[i]! + (k / (k + 3)) * (point[i]! - before[i]!);
    }
    if (performance.now() - turn < TIME_SLICE) continue;
    await new Promise((later) => setTimeout(later, 0));
    turn = performance.now();
  }
}

/** An upper bound of the loss's curvature; that of softmax is at most 1/2 (Böhning 1992). */
const curvatureBound = (rows: readonly Row[]): number =>
  LAMBDA +
  0.5 * rows.reduce((sum, { share, x }) => sum + share * x.reduce((own, value) => own + value * value, 1), 0);

/** Writes the gradient at `point` (weights, then bias) into `into`. */
export function lossGradient(
  point: Float64Array,
  rows: readonly Row[],
  classes: number,
  size: number,
  into: Float64Array,
): void {
  const weights = point.subarray(0, classes * size);
  const bias = point.subarray(classes * size);
  for (let i = 0; i < into.length; i++) into[i] = i < weights.length ? LAMBDA * weights[i]! : 0;
  for (const { label, share, x } of rows) {
    const probabilities = softmax(logits(x, weights, bias));
    for (let c = 0; c < classes; c++) {
      const slope = share * (probabilities[c]! - (c === label ? 1 : 0));
      into[classes * size + c]! += slope;
      for (let f = 0; f < size; f++) into[c * size + f]! += slope * x[f]!;
    }
  }
}

function logits(x: Float32Array, weights: ArrayLike<number>, bias: ArrayLike<number>): number[] {
  return Array.from(bias, (start, c) =>
    x.reduce((sum, value, f) => sum + value * weights[c * x.length + f]!, start),
  );
}

/** No deviation is below a tenth of their mean, or features that hardly vary would be amplified too much. */
function moments(examples: readonly Float32Array[]): Pick<Head, 'mean' | 'deviation'> {
  const size = examples[0]!.length;
  const mean = new Float32Array(size);
  const deviation = new Float32Array(size);
  for (let f = 0; f < size; f++) {
    mean[f] = examples.reduce((sum, x) => sum + x[f]!, 0) / examples.length;
    deviation[f] = Math.sqrt(examples.reduce((sum, x) => sum + (x[f]! - mean[f]!) ** 2, 0) / examples.length);
  }
  const least = deviation.reduce((sum, value) => sum + value, 0) / size / 10 || 1;
  return { mean, deviation: deviation.map((value) => Math.max(value, least)) };
}

const standardised = (features: Float32Array, mean: Float32Array, deviation: Float32Array): Float32Array =>
  features.map((value, f) => (value - mean[f]!) / deviation[f]!);
