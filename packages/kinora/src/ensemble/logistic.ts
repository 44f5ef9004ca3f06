/**
 * Multinomial logistic regression on the members' log-probabilities, drawn towards their mean: the penalty is the squared
 * distance to the weights that average, not to zero, so that where the clips say little the rule is the plain mean.
 */
import { fromTypedArray, noGrad, ops, scope, type Tensor } from '@kinora/torch';
import { crossEntropy } from '../measure/metrics.js';
import { averageWeights } from '../model/ensemble/rules.js';
import { breathe } from './breathe.js';
import { groupedFolds, otherRows } from './folds.js';
import { lbfgs } from './lbfgs.js';
import { type LogitTable, pick } from './table.js';

export interface LogisticFit {
  /** `[classes, members x classes]`. */
  readonly weights: Float64Array;
  /** `[classes]`. */
  readonly bias: Float64Array;
  /** The penalty that cross-validation chose. */
  readonly penalty: number;
}

/** From next to none to next to the mean. */
export const PENALTIES = [1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1] as const;
const INNER_FOLDS = 4;

/** Fits with the penalty whose cross-validated log loss, in folds of whole groups, is least. */
export async function fitLogistic(
  table: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<LogisticFit> {
  const penalty = await choosePenalty(table, seed, signal);
  return { ...minimise(table, penalty), penalty };
}

/** Of one group nothing can be held out: then the strongest penalty, which is nearly the mean. */
async function choosePenalty(
  table: LogitTable,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const people = new Set(table.groups).size;
  if (people < 2) return PENALTIES.at(-1)!;
  const folds = groupedFolds(table.groups, Math.min(INNER_FOLDS, people), seed);
  const losses = PENALTIES.map(() => 0);
  for (const fold of folds) {
    const [inside, outside] = [pick(table, fold), pick(table, otherRows(table.targets.length, fold))];
    // From the strongest on, each begins where the one before ended.
    let start: Float64Array | undefined;
    for (let i = PENALTIES.length - 1; i >= 0; i--) {
      await breathe(signal);
      const fit = minimise(outside, PENALTIES[i]!, start);
      start = joined(fit.weights, fit.bias);
      losses[i]! += crossEntropy(logitsOf(fit, inside), inside.targets, table.classes) * fold.length;
    }
  }
  return PENALTIES[losses.indexOf(Math.min(...losses))]!;
}

/** Minimum of `mean(-log p(true class)) + penalty / 2 |w - average|^2`. */
export function minimise(
  table: LogitTable,
  penalty: number,
  start?: Float64Array,
): Pick<LogisticFit, 'weights' | 'bias'> {
  const { classes, members } = table;
  const average = centre(members.length, classes);
  const split = classes * members.length * classes;
  const solution = scope(() =>
    noGrad(() => {
      const inputs = inputsOf(table);
      const truth = oneHot(table);
      const objective = (x: Float64Array, gradient: Float64Array) =>
        scope(() => lossAt(x, gradient, inputs, truth)) + pull(x, gradient, average, penalty);
      return lbfgs(objective, start ?? average, { tolerance: 1e-5, maxSteps: 300 });
    }),
  );
  return { weights: solution.slice(0, split), bias: solution.slice(split) };
}

/** Mean log loss at x, weights then bias, whose gradient is written. */
function lossAt(x: Float64Array, gradient: Float64Array, inputs: Tensor, truth: Tensor): number {
  const [clips = 0, width = 0] = inputs.shape;
  const classes = truth.shape[1]!;
  const weights = fromTypedArray(x.subarray(0, classes * width), [classes, width]);
  const bias = fromTypedArray(x.subarray(classes * width), [classes]);
  const logP = ops.linear(inputs, weights, bias).log_softmax(1);
  const error = logP.exp().sub(truth).div(clips);
  gradient.set(error.t().matmul(inputs).contiguous().toTypedArray() as Float64Array);
  gradient.set(error.sum([0]).toTypedArray() as Float64Array, classes * width);
  return -Number(logP.mul(truth).sum().item()) / clips;
}

function pull(x: Float64Array, gradient: Float64Array, average: Float64Array, penalty: number): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) {
    const away = x[j]! - average[j]!;
    gradient[j]! += penalty * away;
    sum += away * away;
  }
  return (penalty / 2) * sum;
}

const centre = (members: number, classes: number): Float64Array =>
  joined(averageWeights(members, classes), new Float64Array(classes));

function joined(weights: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const all = new Float64Array(weights.length + bias.length);
  all.set(weights);
  all.set(bias, weights.length);
  return all;
}

/** Log-probabilities of all members side by side, float64 `[N, members x classes]`. */
function inputsOf({ members, classes, targets }: LogitTable): Tensor {
  const parts = members.map((logits) =>
    fromTypedArray(logits, [targets.length, classes], { dtype: 'float64' }).log_softmax(1),
  );
  return ops.cat(parts, 1);
}

function oneHot({ targets, classes }: LogitTable): Tensor {
  const rows = new Float64Array(targets.length * classes);
  for (const [n, target] of targets.entries()) rows[n * classes + target] = 1;
  return fromTypedArray(rows, [targets.length, classes]);
}

function logitsOf({ weights, bias }: Pick<LogisticFit, 'weights' | 'bias'>, table: LogitTable): Float32Array {
  return scope(() => {
    const inputs = inputsOf(table);
    const matrix = fromTypedArray(weights, [table.classes, inputs.shape[1]!]);
    const logits = ops.linear(inputs, matrix, fromTypedArray(bias, [table.classes]));
    return Float32Array.from(logits.toTypedArray() as Float64Array);
  });
}
