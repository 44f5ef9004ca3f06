/** torch.nn.LayerNorm (Ba et al. 2016): normalises the last axes of each sample. */
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { checkState, checkTail } from './check.js';

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
