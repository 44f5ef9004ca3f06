/** Losses, as functions and as modules that hold the options. They take logits, without softmax. */
import { kinoraError } from '../error.js';
import { ops } from '../ops/ops.js';
import type { Tensor } from '../tensor/tensor.js';
import { shapeText } from './layers/check.js';
import { buffer, Module } from './module.js';

export type Reduction = 'none' | 'mean' | 'sum';

/** The values of at::Reduction. */
const REDUCTIONS: Record<Reduction, number> = { none: 0, mean: 1, sum: 2 };

export interface LossOptions {
  reduction?: Reduction;
}

export interface CrossEntropyOptions extends LossOptions {
  /** A factor per class `[C]`; the mean is weighted by it too. */
  weight?: Tensor;
  /** Samples of this class are ignored. Default: -100. */
  ignoreIndex?: number;
  /** Share of the target spread evenly over all classes, 0 to 1. */
  labelSmoothing?: number;
}

/**
 * Cross-entropy of logits `[N, C, ...]` against int64 classes `[N, ...]` or probabilities `[N, C, ...]`
 * (torch.nn.functional.cross_entropy).
 * @throws KinoraError `nn/loss`
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { weight = null, reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0 } = options;
  checkClasses(logits, target, weight);
  return ops.cross_entropy_loss(logits, target, weight, REDUCTIONS[reduction], ignoreIndex, labelSmoothing);
}

/** Squared difference of two tensors of one shape (torch.nn.functional.mse_loss). */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkSameShape('mseLoss', input, target);
  return ops.mse_loss(input, target, REDUCTIONS[options.reduction ?? 'mean']);
}

export interface BCEWithLogitsOptions extends LossOptions {
  /** A factor per element, broadcast to the input. */
  weight?: Tensor;
  /** A factor on the positive part, one per class. */
  posWeight?: Tensor;
}

/** Binary cross-entropy of logits against targets in [0, 1] of one shape (binary_cross_entropy_with_logits). */
export function bceWithLogits(input: Tensor, target: Tensor, options: BCEWithLogitsOptions = {}): Tensor {
  checkSameShape('bceWithLogits', input, target);
  const { weight = null, posWeight = null, reduction = 'mean' } = options;
  return ops.binary_cross_entropy_with_logits(input, target, weight, posWeight, REDUCTIONS[reduction]);
}

type LossInputs = [input: Tensor, target: Tensor];

/** `crossEntropy` with fixed options; `weight` becomes part of the state, as in PyTorch, and is disposed with the module. */
export class CrossEntropyLoss extends Module<LossInputs> {
  weight: Tensor | null;

  constructor(readonly options: CrossEntropyOptions = {}) {
    super();
    this.weight = options.weight === undefined ? null : buffer(options.weight);
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return crossEntropy(logits, target, this.options);
  }
}

/** `mseLoss` with fixed options. */
export class MSELoss extends Module<LossInputs> {
  constructor(readonly options: LossOptions = {}) {
    super();
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/**
 * `bceWithLogits` with fixed options; the weights become part of the state, as in PyTorch, and are disposed with the
 * module.
 */
export class BCEWithLogitsLoss extends Module<LossInputs> {
  weight: Tensor | null;
  pos_weight: Tensor | null;

  constructor(readonly options: BCEWithLogitsOptions = {}) {
    super();
    this.weight = options.weight === undefined ? null : buffer(options.weight);
    this.pos_weight = options.posWeight === undefined ? null : buffer(options.posWeight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return bceWithLogits(input, target, this.options);
  }
}

function checkClasses(logits: Tensor, target: Tensor, weight: Tensor | null): void {
  const [samples, classes, ...places] = logits.shape;
  const received = `${shapeText(target)} ${target.dtype} for logits ${shapeText(logits)}`;
  const indices =
    target.dtype === 'int64' && shapeText(target) === shapeText({ shape: [samples!, ...places] });
  const soft = target.dtype === logits.dtype && shapeText(target) === shapeText(logits);
  if (logits.ndim < 2 || !(indices || soft))
    fail('crossEntropy target', 'int64 classes [N, ...] or probabilities [N, C, ...]', received);
  if (weight !== null && shapeText(weight) !== `[${classes}]`)
    fail('crossEntropy weight', `one factor per class [${classes}]`, shapeText(weight));
}

function checkSameShape(where: string, input: Tensor, target: Tensor): void {
  if (shapeText(input) !== shapeText(target)) fail(where, `a target ${shapeText(input)}`, shapeText(target));
}

function fail(where: string, expected: string, received: string): never {
  throw kinoraError('nn/loss', where, expected, received);
}
