/**
 * L-BFGS (Liu and Nocedal 1989), step for step as torch.optim.LBFGS: a quasi-Newton method for smooth functions that
 * stores a few gradients instead of a Hessian. The strong-Wolfe line search is that of minFunc (Schmidt 2005; Nocedal
 * and Wright, Numerical Optimization, algorithms 3.5 and 3.6).
 */
import { keep, scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import type { Shape, Tensor } from '../tensor/tensor.js';
import { checkRange, evaluate, type GroupSettings, type Memory, Optimizer } from './optimizer.js';

export interface LBFGSSettings extends GroupSettings {
  /** Maximum number of iterations per `step`. Default: 20. */
  maxIter: number;
  /** Maximum number of evaluations of the closure per `step`. Default: 1.25 times `maxIter`. */
  maxEval: number;
  /** A step ends when no component of the gradient is larger than this. Default: 1e-7. */
  toleranceGrad: number;
  /** A step ends when neither the parameters nor the loss change by more than this. Default: 1e-9. */
  toleranceChange: number;
  /** Number of pairs of steps and gradient changes to store, each twice the size of the parameters. Default: 100. */
  historySize: number;
  /** How the step length is chosen: by a line search for the strong Wolfe conditions, or `lr` if null. Default: null. */
  lineSearchFn: 'strong_wolfe' | null;
}

const DEFAULTS = {
  lr: 1,
  maxIter: 20,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
} as const;

/** The loss at some parameters, and its gradient `[P]` with respect to all parameters, concatenated. */
interface Point {
  readonly loss: number;
  readonly gradient: Tensor;
}

/** All parameters form one group, on one device. The stored vectors `[P]` are part of the first parameter's state. */
export class LBFGS extends Optimizer<LBFGSSettings> {
  /** The product of gradient change and step of each pair, by gradient change. */
  readonly #curvatures = new WeakMap<Tensor, number>();

  constructor(params: readonly Tensor[], settings: Partial<LBFGSSettings> = {}) {
    const maxEval = Math.floor(((settings.maxIter ?? DEFAULTS.maxIter) * 5) / 4);
    super(params, { ...DEFAULTS, maxEval, ...settings });
    if (this.groups.length !== 1)
      throw invalid('params', 'one group of parameters', `${this.groups.length} groups`);
  }

  /** Total number of iterations so far. A step whose initial gradient is within tolerance makes none. */
  get iterations(): number {
    return this.#memory.step;
  }

  /**
   * Makes up to `maxIter` iterations, each of which evaluates the closure at least once. Within one step, the closure
   * must return the same loss for the same parameters. Returns the loss before the step.
   */
  override step(closure: () => Tensor): number {
    if (typeof closure !== 'function')
      throw invalid('step', 'a closure that computes the loss and its gradients', typeof closure);
    const { maxIter, maxEval, toleranceGrad } = this.#settings;
    return noGrad(() =>
      scope(() => {
        let here = this.#measure(closure);
        const { loss } = here;
        let evaluations = 1;
        if (largest(here.gradient) <= toleranceGrad) return loss;
        for (let n = 1; n <= maxIter; n++) {
          const last = n === maxIter;
          const next = scope(() => this.#iterate(here, closure, maxEval - evaluations, last));
          evaluations += next.evaluations;
          here = next;
          if (next.converged || evaluations >= maxEval) break;
        }
        return loss;
      }),
    );
  }

  protected override checkSettings(settings: LBFGSSettings): void {
    super.checkSettings(settings);
    for (const name of ['maxIter', 'maxEval', 'historySize'] as const) checkRange(name, settings[name], 1);
    for (const name of ['toleranceGrad', 'toleranceChange'] as const) checkRange(name, settings[name], 0);
    const { lineSearchFn } = settings;
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe')
      throw invalid('lineSearchFn', 'strong_wolfe or null', String(lineSearchFn));
  }

  protected override stateShape(): Shape {
    return [this.params.reduce((sum, param) => sum + param.numel, 0)];
  }

  get #settings(): LBFGSSettings {
    return this.groups[0]!;
  }

  get #memory(): Memory {
    return this.memoryOf(this.params[0]!);
  }

  #measure(closure: () => Tensor): Point {
    const loss = evaluate(closure);
    return { loss, gradient: scope(() => ops.cat(this.params.map(flatGradient))) };
  }

  /** Moves the parameters from `here` along one direction. With `last`, the point reached is not needed. */
  #iterate(here: Point, closure: () => Tensor, maxEval: number, last: boolean) {
    const { lr, toleranceGrad, toleranceChange, lineSearchFn } = this.#settings;
    this.#memory.step += 1;
    const isFirst = this.#memory.step === 1;
    const direction = isFirst ? here.gradient.neg() : this.#direction(here.gradient);
    this.#put('prev_flat_grad', here.gradient);
    // Nothing is known about the curvature at first.
    let t = isFirst ? Math.min(1, 1 / Number(here.gradient.abs().sum().item())) * lr : lr;
    const slope = dot(here.gradient, direction);
    if (slope > -toleranceChange) {
      this.#put('last_step', direction.mul(t));
      return { ...here, evaluations: 0, converged: true };
    }
    let there = here;
    let evaluations = 0;
    if (lineSearchFn === 'strong_wolfe') {
      const start = this.params.map((param) => param.clone());
      const trial = (length: number): Trial => {
        this.#move(direction, length);
        const point = this.#measure(closure);
        for (const [i, param] of this.params.entries()) param.copy_(start[i]!);
        evaluations += 1;
        return { ...point, t: length, slope: dot(point.gradient, direction) };
      };
      const shortest = toleranceChange / largest(direction);
      const found = strongWolfe(trial, { ...here, t: 0, slope }, t, shortest, maxEval);
      t = found.t;
      there = { loss: found.loss, gradient: found.gradient };
      this.#move(direction, t);
    } else {
      this.#move(direction, t);
      if (!last) {
        there = this.#measure(closure);
        evaluations = 1;
      }
    }
    const step = direction.mul(t);
    this.#put('last_step', step);
    const converged =
      largest(there.gradient) <= toleranceGrad ||
      largest(step) <= toleranceChange ||
      Math.abs(there.loss - here.loss) < toleranceChange;
    return { ...there, evaluations, converged };
  }

  #move(direction: Tensor, length: number): void {
    const parts = direction.split(this.params.map((param) => param.numel));
    for (const [i, param] of this.params.entries())
      param.add_(parts[i]!.view(param.shape), { alpha: length });
  }

  /** Minus the gradient times the approximation of the inverse Hessian from the last steps (the two-loop recursion). */
  #direction(gradient: Tensor): Tensor {
    this.#learn(gradient);
    const { tensors } = this.#memory;
    const pairs = numbersOf(tensors).map((n) => {
      const [y, s] = [tensors.get(`old_dirs.${n}`)!, tensors.get(`old_stps.${n}`)!];
      return { y, s, curvature: this.#curvature(y, s), weight: 0 };
    });
    const direction = gradient.neg();
    for (const pair of pairs.toReversed()) {
      pair.weight = dot(pair.s, direction) / pair.curvature;
      direction.add_(pair.y, { alpha: -pair.weight });
    }
    const newest = pairs.at(-1);
    if (newest !== undefined) direction.mul_(newest.curvature / dot(newest.y, newest.y));
    for (const { y, s, curvature, weight } of pairs)
      direction.add_(s, { alpha: weight - dot(y, direction) / curvature });
    return direction;
  }

  /** Stores how the last step changed the gradient, unless the loss did not curve upwards along it. */
  #learn(gradient: Tensor): void {
    const { tensors } = this.#memory;
    const step = tensors.get('last_step')!;
    const change = gradient.sub(tensors.get('prev_flat_grad')!);
    if (dot(change, step) <= 1e-10) return;
    const numbers = numbersOf(tensors);
    if (numbers.length === this.#settings.historySize)
      for (const name of [`old_dirs.${numbers[0]}`, `old_stps.${numbers[0]}`]) {
        tensors.get(name)!.dispose();
        tensors.delete(name);
      }
    const next = (numbers.at(-1) ?? -1) + 1;
    this.#put(`old_dirs.${next}`, change);
    this.#put(`old_stps.${next}`, step.clone());
  }

  #curvature(y: Tensor, s: Tensor): number {
    const known = this.#curvatures.get(y) ?? dot(y, s);
    this.#curvatures.set(y, known);
    return known;
  }

  #put(name: string, tensor: Tensor): void {
    const { tensors } = this.#memory;
    tensors.get(name)?.dispose();
    tensors.set(name, keep(tensor));
  }
}

/** The numbers of the stored pairs, oldest first. */
const numbersOf = (tensors: ReadonlyMap<string, Tensor>): number[] =>
  [...tensors.keys()]
    .filter((name) => name.startsWith('old_dirs.'))
    .map((name) => Number(name.slice('old_dirs.'.length)))
    .sort((a, b) => a - b);

const flatGradient = (param: Tensor): Tensor => (param.grad ?? ops.zeros_like(param)).reshape([-1]);
const dot = (a: Tensor, b: Tensor): number => Number(a.dot(b).item());
const largest = (a: Tensor): number => Number(a.abs().max().item());

/** The point at `t` times the direction from the start, and the slope of the loss along the direction there. */
interface Trial extends Point {
  readonly t: number;
  readonly slope: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;

/**
 * Finds a point that satisfies the strong Wolfe conditions, or the best one if `shortest` or `maxTrials` ends the
 * search. It first expands until an interval must contain such a point, then narrows it.
 */
function strongWolfe(
  at: (t: number) => Trial,
  start: Trial,
  t: number,
  shortest: number,
  maxTrials: number,
): Trial {
  const isTooHigh = ({ loss, t }: Trial) => loss > start.loss + SUFFICIENT_DECREASE * t * start.slope;
  const isLevel = ({ slope }: Trial) => Math.abs(slope) <= -CURVATURE * start.slope;
  let previous = start;
  let trial = at(t);
  let bracket: [Trial, Trial] | undefined;
  let trials = 0;
  while (bracket === undefined && trials < maxTrials) {
    if (isTooHigh(trial) || (trials > 1 && trial.loss >= previous.loss)) bracket = [previous, trial];
    else if (isLevel(trial)) return trial;
    else if (trial.slope >= 0) bracket = [previous, trial];
    else {
      const bounds = [trial.t + 0.01 * (trial.t - previous.t), trial.t * 10] as const;
      const next = at(cubicMinimum(previous, trial, ...bounds));
      [previous, trial] = [trial, next];
      trials += 1;
    }
  }
  bracket ??= [start, trial];

  let low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  let wasClose = false;
  while (trials < maxTrials && Math.abs(bracket[1].t - bracket[0].t) >= shortest) {
    const [from, to] = [Math.min(bracket[0].t, bracket[1].t), Math.max(bracket[0].t, bracket[1].t)];
    let length = cubicMinimum(bracket[0], bracket[1], from, to);
    // Near an end for the second time, or outside: move a tenth of the interval away from the end, so that it shrinks.
    const margin = 0.1 * (to - from);
    const isClose = Math.min(to - length, length - from) < margin;
    const moveAway: boolean = isClose && (wasClose || length >= to || length <= from);
    if (moveAway) length = Math.abs(length - to) < Math.abs(length - from) ? to - margin : from + margin;
    wasClose = isClose && !moveAway;

    trial = at(length);
    trials += 1;
    if (isTooHigh(trial) || trial.loss >= bracket[low]!.loss) {
      bracket[1 - low] = trial;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
    } else {
      if (isLevel(trial)) return trial;
      if (trial.slope * (bracket[1 - low]!.t - bracket[low]!.t) >= 0) bracket[1 - low] = bracket[low]!;
      bracket[low] = trial;
    }
  }
  return bracket[low]!;
}

/** The minimum, between the bounds, of the cubic through two points with their slopes; the middle if it has none there. */
function cubicMinimum(a: Trial, b: Trial, low: number, high: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const shift = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return Math.min(Math.max(right.t - (right.t - left.t) * shift, low), high);
}

const invalid = (where: string, expected: string, received: string): KinoraError =>
  kinoraError('optim/settings', where, expected, received);
