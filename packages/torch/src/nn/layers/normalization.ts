/**
 * torch.nn.BatchNorm1d, 2d and 3d (Ioffe and Szegedy 2015), one implementation for all ranks, and LayerNorm (Ba et al.
 * 2016).
 */
import { type Handle, native } from '../../engine/native.js';
import { oncePerProcess } from '../../engine/process-wide.js';
import { isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import { Tensor } from '../../tensor/tensor.js';
import { foldOf } from '../folded.js';
import { buffer, Module, parameter } from '../module.js';
import {
  checkCount,
  checkFeatureMap,
  checkState,
  checkTail,
  type Rank,
  rejectInput,
  shapeText,
} from './check.js';

export interface BatchNormOptions {
  eps?: number;
  /** Weight of the newest batch in the running statistics; null: plain average over all batches. */
  momentum?: number | null;
  affine?: boolean;
  trackRunningStats?: boolean;
}

/** A process group, as distributed/group.ts creates it. */
export interface SyncGroup {
  readonly handle: Handle;
}

/** min(x > 0 ? x : slope * x, cap): LeakyReLU, ReLU and ReLU6. */
export interface Activation {
  readonly slope: number;
  readonly cap: number;
}

const NO_ACTIVATION: Activation = { slope: 1, cap: Number.POSITIVE_INFINITY };

/** Normalises each channel of `[N, C, ...]` over the batch and all positions. */
@oncePerProcess
export abstract class BatchNormNd extends Module {
  readonly rank: Rank;
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  weight: Tensor | null;
  bias: Tensor | null;
  running_mean: Tensor | null;
  running_var: Tensor | null;
  /** int64 scalar */
  num_batches_tracked: Tensor | null;
  /** In training, normalise over the batches of these ranks; null: of this process only. */
  syncGroup: SyncGroup | null = null;

  constructor(rank: Rank, numFeatures: number, options: BatchNormOptions) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    this.rank = rank;
    this.numFeatures = checkCount(numFeatures, `BatchNorm${rank}d numFeatures`);
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? parameter(ops.ones([numFeatures])) : null;
    this.bias = affine ? parameter(ops.zeros([numFeatures])) : null;
    this.running_mean = trackRunningStats ? buffer(ops.zeros([numFeatures])) : null;
    this.running_var = trackRunningStats ? buffer(ops.ones([numFeatures])) : null;
    this.num_batches_tracked = trackRunningStats ? buffer(ops.zeros([], { dtype: 'int64' })) : null;
  }

  forward(input: Tensor): Tensor {
    this.#check(input);
    if (foldOf(this) !== undefined) return input;
    if (!isObserved() && this.learnsFrom(input)) return this.forwardActivated(input, NO_ACTIVATION, []);
    const { weight, bias, running_mean, running_var, eps } = this;
    const useBatch = this.training || running_mean === null;
    const share = this.#countBatch();
    if (this.training && this.syncGroup !== null) return this.#overRanks(input, share, this.syncGroup);
    return ops.batch_norm(input, weight, bias, running_mean, running_var, useBatch, share, eps, true);
  }

  /** Whether it would normalise `input` by this batch alone and our kernel supports it: float32 on the CPU, contiguous. */
  learnsFrom(input: Tensor): boolean {
    const { weight, bias } = this;
    if (!this.training || this.syncGroup !== null || weight === null || bias === null) return false;
    const isPlain = (tensor: Tensor) => tensor.dtype === 'float32' && tensor.isContiguous;
    return (
      input.device === 'cpu' && input.ndim > 2 && input.numel > 0 && [input, weight, bias].every(isPlain)
    );
  }

  /**
   * Normalises an input that it `learnsFrom`, applies the activation and, given a window, max-pools without overlap,
   * all in one kernel (native/norm_activation.cc). Values and gradients equal those of libtorch's operators up to
   * rounding.
   */
  forwardActivated(input: Tensor, { slope, cap }: Activation, window: readonly number[]): Tensor {
    this.#check(input);
    const [mean, variance] = [this.running_mean?.handle ?? null, this.running_var?.handle ?? null];
    const [weight, bias] = [this.weight!.handle, this.bias!.handle];
    const share = this.#countBatch();
    return new Tensor(
      native().normActivation(
        input.handle,
        weight,
        bias,
        mean,
        variance,
        share,
        this.eps,
        slope,
        cap,
        window,
      ),
    );
  }

  #overRanks(input: Tensor, share: number, group: SyncGroup): Tensor {
    const [weight, bias, mean, variance] = [this.weight, this.bias, this.running_mean, this.running_var].map(
      (tensor) => tensor?.handle ?? null,
    ) as [Handle | null, Handle | null, Handle | null, Handle | null];
    return new Tensor(
      native().syncBatchNorm(input.handle, weight, bias, mean, variance, share, this.eps, group.handle),
    );
  }

  /** Counts a training batch and returns its weight in the running statistics. */
  #countBatch(): number {
    const counter = this.num_batches_tracked;
    if (!this.training || counter === null) return 0;
    counter.add_(1);
    return this.momentum ?? 1 / Number(counter.item());
  }

  #check(input: Tensor): void {
    const flat = this.rank === 1 && input.ndim === 2 && input.shape[1] === this.numFeatures;
    if (!flat) checkFeatureMap(this, input, this.rank, this.numFeatures);
    for (const name of ['weight', 'bias', 'running_mean', 'running_var'] as const)
      checkState(this, name, this[name], [this.numFeatures]);
    if (this.training && this.syncGroup === null && input.numel === this.numFeatures)
      rejectInput(
        this,
        'more than one value per channel when training',
        shapeText(input),
        'use larger batches',
      );
  }
}

/** Input `[N, C]` or `[N, C, L]`. */
export class BatchNorm1d extends BatchNormNd {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(1, numFeatures, options);
  }
}

/** Input `[N, C, H, W]`. */
export class BatchNorm2d extends BatchNormNd {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(2, numFeatures, options);
  }
}

/** Input `[N, C, T, H, W]`. */
export class BatchNorm3d extends BatchNormNd {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(3, numFeatures, options);
  }
}

export interface LayerNormOptions {
  eps?: number;
  elementwiseAffine?: boolean;
}

/** `[..., ...normalizedShape]`, same shape out. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  weight: Tensor | null;
  bias: Tensor | null;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = options.eps ?? 1e-5;
    const affine = options.elementwiseAffine ?? true;
    this.weight = affine ? parameter(ops.ones(this.normalizedShape)) : null;
    this.bias = affine ? parameter(ops.zeros(this.normalizedShape)) : null;
  }

  forward(input: Tensor): Tensor {
    checkTail(this, input, this.normalizedShape);
    checkState(this, 'weight', this.weight, this.normalizedShape);
    checkState(this, 'bias', this.bias, this.normalizedShape);
    return ops.layer_norm(input, this.normalizedShape, this.weight, this.bias, this.eps, true);
  }
}
