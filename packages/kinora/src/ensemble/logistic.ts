/**
 * Multinomial logistic regression on the members' log-probabilities, shrunk towards their mean: the penalty is the
 * squared distance to the averaging weights instead of zero, so that with little data the rule is close to the plain
 * mean.
 */
import { setImmediate } from 'node:timers/promises';
import { fromTypedArray, ops, optim, scope, type Tensor } from '@kinora/torch';
import { groupedFolds, otherRows } from '../measure/folds.js';
import { crossEntropy } from '../measure/metrics.js';
import { averageWeights } from '../model/ensemble/rules.js';
import { type LogitTable, pick } from './logits.js';

export interface LogisticFit {
  /** `[classes, members x classes]`. */
  readonly weights: Float64Array;
  /** `[classes]`. */
  readonly bias: Float64Array;
  /** The penalty that cross-validation chose. */
  readonly penalty: number;
}

/** From almost no penalty to almost the plain mean. */
export const PENALTIES = [1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1] as const;
const INNER_FOLDS = 4;
const MAX_ITERATIONS = 300;
/** Iterations between two checks of the signal. */
const ROUND = 20;

/** Fits with the penalty that has the lowest log loss, cross-validated in folds of whole groups. */
export async function fitLogistic(
  table: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<LogisticFit> {
  const penalty = await choosePenalty(table, seed, signal);
  return { ...(await minimise(table, penalty, signal)), penalty };
}

/** A single group cannot be cross-validated; then it uses the strongest penalty, which is nearly the mean. */
async function choosePenalty(
  table: LogitTable,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const people = new Set(table.groups).size;
  if (people < 2) return PENALTIES.at(-1)!;
  const losses = PENALTIES.map(() => 0);
  for (const fold of groupedFolds(table.groups, Math.min(INNER_FOLDS, people), seed)) {
    const [inside, outside] = [pick(table, fold), pick(table, otherRows(table.targets.length, fold))];
    const regression = new Regression(outside);
    try {
      // Starting with the strongest; each starts from the previous solution.
      for (const [i, penalty] of [...PENALTIES.entries()].toReversed()) {
        await regression.fit(penalty, signal);
        losses[i]! += crossEntropy(regression.logits(inside), inside.targets, table.classes) * fold.length;
      }
    } finally {
      regression.dispose();
    }
  }
  return PENALTIES[losses.indexOf(Math.min(...losses))]!;
}

/** Minimum of `mean(-log p(true class)) + penalty / 2 |w - average|^2`, to a gradient of 1e-5. */
export async function minimise(
  table: LogitTable,
  penalty: number,
  signal?: AbortSignal,
): Promise<Pick<LogisticFit, 'weights' | 'bias'>> {
  const regression = new Regression(table);
  try {
    await regression.fit(penalty, signal);
    return regression.values();
  } finally {
    regression.dispose();
  }
}

/** The clips of a table as tensors, and the weights and bias, which start as the average. All float64. */
class Regression {
  readonly #inputs: Tensor;
  /** One-hot, `[N, classes]`. */
  readonly #targets: Tensor;
  readonly #average: Tensor;
  readonly #weight: Tensor;
  readonly #bias: Tensor;

  constructor(table: LogitTable) {
    const { classes, members, targets } = table;
    this.#inputs = inputsOf(table);
    const oneHot = new Float64Array(targets.length * classes);
    for (const [n, target] of targets.entries()) oneHot[n * classes + target] = 1;
    this.#targets = fromTypedArray(oneHot, [targets.length, classes]);
    const average = Float64Array.from(averageWeights(members.length, classes));
    this.#average = fromTypedArray(average, [classes, members.length * classes]);
    this.#weight = this.#average.clone();
    this.#bias = ops.zeros([classes], { dtype: 'float64' });
  }

  async fit(penalty: number, signal: AbortSignal | undefined): Promise<void> {
    const params = [this.#weight, this.#bias];
    const optimizer = new optim.LBFGS(params, {
      maxIter: ROUND,
      maxEval: 10 * ROUND,
      toleranceGrad: 1e-5,
      toleranceChange: 0,
      lineSearchFn: 'strong_wolfe',
    });
    try {
      // If a round ends early, it has converged.
      for (let done = 0; optimizer.iterations === done && done < MAX_ITERATIONS; done += ROUND) {
        await setImmediate();
        signal?.throwIfAborted();
        optimizer.step(() => this.#loss(penalty));
      }
    } finally {
      optimizer.zeroGrad();
      optimizer.dispose();
    }
  }

  /** Also computes the gradients, by hand, because autograd takes twice as long for so few numbers. */
  #loss(penalty: number): Tensor {
    const [inputs, targets, weight, bias] = [this.#inputs, this.#targets, this.#weight, this.#bias];
    const clips = targets.shape[0]!;
    const logP = ops.linear(inputs, weight, bias).log_softmax(1);
    const error = logP.exp().sub(targets).div(clips);
    const distance = weight.sub(this.#average);
    weight.grad = error.t().matmul(inputs).add(distance, { alpha: penalty });
    bias.grad = error.sum([0]).add(bias, { alpha: penalty });
    const squares = distance.square().sum().add(bias.square().sum());
    return squares.mul(penalty / 2).sub(logP.mul(targets).sum(), { alpha: 1 / clips });
  }

  /** Logits for the clips of another table, float32 `[N, classes]`. */
  logits(table: LogitTable): Float32Array {
    return scope(() => {
      const logits = ops.linear(inputsOf(table), this.#weight, this.#bias);
      return logits.to('float32').toTypedArray() as Float32Array;
    });
  }

  values(): Pick<LogisticFit, 'weights' | 'bias'> {
    const numbers = (param: Tensor) => param.toTypedArray() as Float64Array;
    return { weights: numbers(this.#weight), bias: numbers(this.#bias) };
  }

  dispose(): void {
    for (const tensor of [this.#inputs, this.#targets, this.#average, this.#weight, this.#bias])
      tensor.dispose();
  }
}

/** Concatenated log-probabilities of all members, float64 `[N, members x classes]`. */
const inputsOf = ({ members, classes, targets }: LogitTable): Tensor =>
  scope(() => {
    const parts = members.map((logits) =>
      fromTypedArray(logits, [targets.length, classes], { dtype: 'float64' }).log_softmax(1),
    );
    return ops.cat(parts, 1);
  });
