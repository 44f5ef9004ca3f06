/**
 * torch.nn.Dropout (single values) and Dropout1d, 2d, 3d (whole channels): in training, zeroes with probability p and
 * scales the rest by 1 / (1 - p); in evaluation mode, returns the input unchanged.
 */
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';
import { checkFeatureMap, checkProbability, type Rank } from './check.js';

/** Any shape. */
export class Dropout extends Module {
  p: number;

  constructor(p = 0.5) {
    super();
    this.p = checkProbability(p, 'Dropout p');
  }

  forward(input: Tensor): Tensor {
    return ops.dropout(input, this.p, this.training);
  }
}

abstract class ChannelDropout extends Module {
  readonly p: number;

  constructor(
    readonly rank: Rank,
    p: number,
  ) {
    super();
    this.p = checkProbability(p, `Dropout${rank}d p`);
  }

  forward(input: Tensor): Tensor {
    checkFeatureMap(this, input, this.rank);
    return ops.feature_dropout(input, this.p, this.training);
  }
}

/** Input `[N, C, L]`. */
export class Dropout1d extends ChannelDropout {
  constructor(p = 0.5) {
    super(1, p);
  }
}

/** Input `[N, C, H, W]`. */
export class Dropout2d extends ChannelDropout {
  constructor(p = 0.5) {
    super(2, p);
  }
}

/** Input `[N, C, T, H, W]`. */
export class Dropout3d extends ChannelDropout {
  constructor(p = 0.5) {
    super(3, p);
  }
}
