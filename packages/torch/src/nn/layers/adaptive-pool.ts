/** torch.nn.AdaptiveAvgPool and AdaptiveMaxPool in 1d, 2d and 3d: the output size is fixed, the windows follow. */
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';
import { checkFeatureMap, type Rank } from './check.js';
import { expandSize, type Size } from './size.js';

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
