/** Gradient clipping, in place, over all parameters that have a gradient (torch.nn.utils.clip_grad_norm_, clip_grad_value_). */

import { scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';

export interface ClipNormOptions {
  /** Order p of the norm; Infinity takes the largest absolute value. Default 2. */
  normType?: number;
  /** Throw when the norm is NaN or infinite, instead of scaling by it. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales the gradients down so that their total norm is at most `maxNorm`.
 * @returns the norm before scaling; this waits for the device
 * @throws KinoraError `optim/nonfinite`
 */
export function clipGradNorm(
  params: readonly Tensor[],
  maxNorm: number,
  options: ClipNormOptions = {},
): number {
  const { normType = 2, errorIfNonfinite = false } = options;
  return noGrad(() =>
    scope(() => {
      const grads = gradients(params);
      const norm = grads.length === 0 ? 0 : Number(normOf(grads, normType).item());
      if (errorIfNonfinite && !Number.isFinite(norm)) throw nonfinite(norm);
      // Not `norm > maxNorm`: a NaN norm must propagate, as in PyTorch.
      const factor = maxNorm / (norm + 1e-6);
      if (!(factor >= 1)) ops._foreach_mul_(grads, factor);
      return norm;
    }),
  );
}

/**
 * `clipGradNorm` without waiting for the device: the norm stays there, and the factor is computed in the gradients'
 * precision, as PyTorch does.
 */
export function limitGradNorm(params: readonly Tensor[], maxNorm: number): void {
  noGrad(() =>
    scope(() => {
      const grads = gradients(params);
      if (grads.length === 0) return;
      const factor = normOf(grads, 2).add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1);
      for (const grad of grads) grad.mul_(factor.to({ device: grad.device }));
    }),
  );
}

/** Limits every element of every gradient to [-limit, limit]. */
export function clipGradValue(params: readonly Tensor[], limit: number): void {
  noGrad(() =>
    scope(() => {
      for (const grad of gradients(params)) grad.clamp_(-limit, limit);
    }),
  );
}

function gradients(params: readonly Tensor[]): Tensor[] {
  return params.map((param) => param.grad).filter((grad) => grad !== null);
}

/** The total norm, a tensor without dimensions. */
function normOf(grads: readonly Tensor[], order: number): Tensor {
  const { device } = grads[0]!;
  const norms = grads.map((grad) => ops.linalg_vector_norm(grad, order).to({ device }));
  return ops.linalg_vector_norm(ops.stack(norms), order);
}

function nonfinite(norm: number): KinoraError {
  return kinoraError('optim/nonfinite', 'clipGradNorm', 'a finite gradient norm', String(norm), {
    hint: 'lower the learning rate, or look for NaN in the input',
  });
}
