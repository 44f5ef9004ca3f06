/** torch.nn.Linear: y = x W^T + b on the last axis. */

import { oncePerProcess } from '../../engine/process-wide.js';
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { foldOf } from '../folded.js';
import { resetAffine } from '../init.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { checkTail } from './check.js';
import { checkCount } from './size.js';

export interface LinearOptions {
  bias?: boolean;
}

/** `[..., inFeatures]` to `[..., outFeatures]`. */
@oncePerProcess
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    this.inFeatures = checkCount(inFeatures, 'Linear inFeatures');
    this.outFeatures = checkCount(outFeatures, 'Linear outFeatures');
    this.weight = parameter(ops.empty([outFeatures, inFeatures]));
    this.bias = options.bias === false ? null : parameter(ops.empty([outFeatures]));
    resetAffine(this.weight, this.bias);
  }

  forward(input: Tensor): Tensor {
    checkTail(this, input, [this.inFeatures]);
    const { weight, bias } = foldOf(this) ?? this;
    return ops.linear(input, weight, bias);
  }
}
