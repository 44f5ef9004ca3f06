/**
 * torch.nn.MaxPool and AvgPool in 1d, 2d and 3d, whose windows have a fixed size, and AdaptiveMaxPool and AdaptiveAvgPool,
 * whose output has. One implementation for all ranks and kinds.
 */
import { oncePerProcess } from '../../engine/process-wide.js';
import { kinoraError } from '../../error.js';
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';
import { checkFeatureMap, checkWindow, expandSize, type Rank, type Size } from './check.js';
import { directMaxPool, orderedMaxPool } from './fast-paths.js';

interface PoolOptions {
  /** Default: the kernel size, so that windows do not overlap. */
  stride?: Size;
  /** At most half the kernel. */
  padding?: Size;
  /** Round the output size up, so that the last window may extend beyond the edge. */
  ceilMode?: boolean;
}

export interface MaxPoolOptions extends PoolOptions {
  dilation?: Size;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded zeros count in the average (default). */
  countIncludePad?: boolean;
  /** Divide by this instead of the window's size; 2d and 3d only. */
  divisorOverride?: number | null;
}

abstract class PoolNd extends Module {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;

  constructor(
    readonly rank: Rank,
    kernelSize: Size,
    options: MaxPoolOptions,
  ) {
    super();
    const name = new.target.name;
    const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
    this.kernelSize = expandSize(kernelSize, rank, 1, `${name} kernelSize`);
    this.stride = expandSize(stride, rank, 1, `${name} stride`);
    this.padding = expandSize(padding, rank, 0, `${name} padding`);
    this.dilation = expandSize(dilation, rank, 1, `${name} dilation`);
    this.ceilMode = ceilMode;
    checkHalf(name, this.padding, this.kernelSize);
  }

  forward(input: Tensor): Tensor {
    checkFeatureMap(this, input, this.rank);
    checkWindow(this, input, this.rank, this);
    return this.pool(input);
  }

  protected abstract pool(input: Tensor): Tensor;
}

@oncePerProcess
export abstract class MaxPoolNd extends PoolNd {
  protected pool(input: Tensor): Tensor {
    const { rank, kernelSize, stride, padding, dilation, ceilMode } = this;
    const pooled = directMaxPool(input, this) ?? orderedMaxPool(input, this);
    return pooled ?? ops[`max_pool${rank}d`](input, kernelSize, stride, padding, dilation, ceilMode);
  }
}

abstract class AvgPoolNd extends PoolNd {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(rank: Rank, kernelSize: Size, options: AvgPoolOptions) {
    super(rank, kernelSize, options);
    this.countIncludePad = options.countIncludePad ?? true;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  protected pool(input: Tensor): Tensor {
    const { rank, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    if (rank === 1) return ops.avg_pool1d(input, kernelSize, stride, padding, ceilMode, countIncludePad);
    const pool = ops[`avg_pool${rank}d`];
    return pool(input, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
  }
}

/** Input `[N, C, L]`. */
export class MaxPool1d extends MaxPoolNd {
  constructor(kernelSize: Size, options: MaxPoolOptions = {}) {
    super(1, kernelSize, options);
  }
}

/** Input `[N, C, H, W]`. */
export class MaxPool2d extends MaxPoolNd {
  constructor(kernelSize: Size, options: MaxPoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** Input `[N, C, T, H, W]`. */
export class MaxPool3d extends MaxPoolNd {
  constructor(kernelSize: Size, options: MaxPoolOptions = {}) {
    super(3, kernelSize, options);
  }
}

/** Input `[N, C, L]`. */
export class AvgPool1d extends AvgPoolNd {
  constructor(kernelSize: Size, options: Omit<AvgPoolOptions, 'divisorOverride'> = {}) {
    super(1, kernelSize, options);
  }
}

/** Input `[N, C, H, W]`. */
export class AvgPool2d extends AvgPoolNd {
  constructor(kernelSize: Size, options: AvgPoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** Input `[N, C, T, H, W]`. */
export class AvgPool3d extends AvgPoolNd {
  constructor(kernelSize: Size, options: AvgPoolOptions = {}) {
    super(3, kernelSize, options);
  }
}

function checkHalf(where: string, padding: readonly number[], kernelSize: readonly number[]): void {
  if (padding.every((pad, axis) => pad * 2 <= kernelSize[axis]!)) return;
  const received = `padding ${padding.join('x')} with kernel ${kernelSize.join('x')}`;
  throw kinoraError('nn/size', where, 'padding of at most half the kernel', received);
}

/** A size per axis, or one for all; null keeps the input's. */
export type OutputSize = Size | readonly (number | null)[];

abstract class AdaptivePoolNd extends Module {
  readonly outputSize: readonly (number | null)[];

  constructor(
    readonly rank: Rank,
    outputSize: OutputSize,
  ) {
    super();
    const sizes = typeof outputSize === 'number' ? outputSize : outputSize.map((size) => size ?? 1);
    const whole = expandSize(sizes, rank, 1, `${new.target.name} outputSize`);
    this.outputSize = typeof outputSize === 'number' ? whole : outputSize;
  }

  forward(input: Tensor): Tensor {
    checkFeatureMap(this, input, this.rank);
    return this.pool(
      input,
      this.outputSize.map((size, axis) => size ?? input.shape[axis + 2]!),
    );
  }

  protected abstract pool(input: Tensor, size: readonly number[]): Tensor;
}

abstract class AdaptiveAvgPoolNd extends AdaptivePoolNd {
  protected pool(input: Tensor, size: readonly number[]): Tensor {
    return ops[`adaptive_avg_pool${this.rank}d`](input, size);
  }
}

abstract class AdaptiveMaxPoolNd extends AdaptivePoolNd {
  protected pool(input: Tensor, size: readonly number[]): Tensor {
    const [output, indices] = ops[`adaptive_max_pool${this.rank}d`](input, size);
    indices.dispose();
    return output;
  }
}

/** `[N, C, L]` to `[N, C, outputSize]`. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPoolNd {
  constructor(outputSize: OutputSize) {
    super(1, outputSize);
  }
}

/** `[N, C, H, W]` to `[N, C, ...outputSize]`. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPoolNd {
  constructor(outputSize: OutputSize) {
    super(2, outputSize);
  }
}

/** `[N, C, T, H, W]` to `[N, C, ...outputSize]`. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPoolNd {
  constructor(outputSize: OutputSize) {
    super(3, outputSize);
  }
}

/** `[N, C, L]` to `[N, C, outputSize]`. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPoolNd {
  constructor(outputSize: OutputSize) {
    super(1, outputSize);
  }
}

/** `[N, C, H, W]` to `[N, C, ...outputSize]`. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPoolNd {
  constructor(outputSize: OutputSize) {
    super(2, outputSize);
  }
}

/** `[N, C, T, H, W]` to `[N, C, ...outputSize]`. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPoolNd {
  constructor(outputSize: OutputSize) {
    super(3, outputSize);
  }
}
