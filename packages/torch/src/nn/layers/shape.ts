/** Layers that only change the shape, or nothing. */
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** torch.nn.Flatten: merges the axes from `startDim` to `endDim`; by default `[N, ...]` becomes `[N, features]`. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.flatten(input, this.startDim, this.endDim);
  }
}

/** Its output is its input. */
export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input;
  }
}
