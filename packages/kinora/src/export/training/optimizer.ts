/**
 * The update of one step as part of the graph, step for step as torch.optim's: SGD with momentum, Adam, AdamW and their
 * AMSGrad variants. The learning rate is an input, so that schedules are the caller's.
 */
import type { RunConfig } from '../../config/index.js';
import { floats, type Graph } from '../graph.js';
import { dataType } from '../onnx-file.js';

/** Settings that the graph has built in, by their names in a configuration. */
export type OptimizerSettings = Pick<RunConfig, 'optimizer' | 'amsgrad' | 'momentum' | 'weightDecay'>;

/** Values of the graph. */
export interface StepInputs {
  /** float32 scalar. */
  readonly learningRate: string;
  /** int32 scalar: 1 in the first step. */
  readonly step: string;
}

/** A trainable tensor in a step; names of values. */
export interface Trained {
  readonly parameter: string;
  readonly gradient: string;
  /** What the optimizer remembers of the parameter, in the order of `momentNames`. */
  readonly moments: readonly string[];
}

export interface Updated {
  readonly parameter: string;
  readonly moments: readonly string[];
}

const BETAS = [0.9, 0.999] as const;
const EPS = 1e-8;

/** What an optimizer remembers of each parameter, by PyTorch's names; all of it is zero before the first step. */
export function momentNames({ optimizer, amsgrad, momentum }: OptimizerSettings): readonly string[] {
  if (optimizer === 'sgd') return momentum === 0 ? [] : ['momentum_buffer'];
  return ['exp_avg', 'exp_avg_sq', ...(amsgrad ? ['max_exp_avg_sq'] : [])];
}

/** A function that adds the update of one parameter to the graph. */
export function optimizerOf(
  settings: OptimizerSettings,
  graph: Graph,
  inputs: StepInputs,
): (trained: Trained) => Updated {
  const math = new Arithmetic(graph);
  return settings.optimizer === 'sgd' ? sgd(settings, math, inputs) : adam(settings, math, inputs);
}

/** Nodes of the update; numbers become float32 constants. */
class Arithmetic {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  node(op: string, ...operands: (string | number)[]): string {
    const names = operands.map((operand) => (typeof operand === 'number' ? this.#float(operand) : operand));
    return this.#graph.node(op, names, {}, 'optimizer')[0]!;
  }

  cast(value: string, to: 'float32' | 'float64'): string {
    return this.#graph.node('Cast', [value], { to: { int: dataType(to) } }, 'optimizer')[0]!;
  }

  double(value: number): string {
    const bytes = new Uint8Array(Float64Array.of(value).buffer);
    return this.#graph.constant('optimizer/constant', { dtype: 'float64', shape: [], bytes });
  }

  /** gradient + decay * parameter, as L2 regularisation has it. */
  decayed({ parameter, gradient }: Trained, decay: number): string {
    return decay === 0 ? gradient : this.node('Add', gradient, this.node('Mul', parameter, decay));
  }

  #float(value: number): string {
    return this.#graph.constant('optimizer/constant', floats([value], []));
  }
}

function sgd({ momentum, weightDecay }: OptimizerSettings, math: Arithmetic, { learningRate }: StepInputs) {
  return (trained: Trained): Updated => {
    const gradient = math.decayed(trained, weightDecay);
    const [buffer] = trained.moments;
    const direction =
      buffer === undefined ? gradient : math.node('Add', math.node('Mul', buffer, momentum), gradient);
    const parameter = math.node('Sub', trained.parameter, math.node('Mul', direction, learningRate));
    return { parameter, moments: buffer === undefined ? [] : [direction] };
  };
}

function adam(settings: OptimizerSettings, math: Arithmetic, inputs: StepInputs) {
  const { optimizer, amsgrad, weightDecay } = settings;
  const isDecoupled = optimizer === 'adamw';
  const { stepSize, correction } = corrections(math, inputs);
  const kept =
    isDecoupled && weightDecay !== 0
      ? math.node('Sub', 1, math.node('Mul', inputs.learningRate, weightDecay))
      : undefined;
  /** beta * average + (1 - beta) * value */
  const moved = (average: string, value: string, beta: number): string =>
    math.node('Add', math.node('Mul', average, beta), math.node('Mul', value, 1 - beta));
  return (trained: Trained): Updated => {
    const gradient = math.decayed(trained, isDecoupled ? 0 : weightDecay);
    const [mean, square, largest] = trained.moments as [string, string, string?];
    const newMean = moved(mean, gradient, BETAS[0]);
    const newSquare = moved(square, math.node('Mul', gradient, gradient), BETAS[1]);
    const newLargest = amsgrad ? math.node('Max', largest!, newSquare) : undefined;
    const root = math.node('Div', math.node('Sqrt', newLargest ?? newSquare), correction);
    const change = math.node('Div', math.node('Mul', newMean, stepSize), math.node('Add', root, EPS));
    const shrunk = kept === undefined ? trained.parameter : math.node('Mul', trained.parameter, kept);
    return {
      parameter: math.node('Sub', shrunk, change),
      moments: [newMean, newSquare, ...(newLargest === undefined ? [] : [newLargest])],
    };
  };
}

/**
 * Both averages start at zero; dividing by 1 - beta^step undoes that. In double precision: near 1, float32 would lose
 * half of the digits.
 */
function corrections(math: Arithmetic, { learningRate, step }: StepInputs) {
  const exponent = math.cast(step, 'float64');
  const [first, second] = BETAS.map((beta) =>
    math.node('Sub', math.double(1), math.node('Pow', math.double(beta), exponent)),
  ) as [string, string];
  const stepSize = math.node('Div', math.cast(learningRate, 'float64'), first);
  return {
    stepSize: math.cast(stepSize, 'float32'),
    correction: math.cast(math.node('Sqrt', second), 'float32'),
  };
}
