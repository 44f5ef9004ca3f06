/** Gradient clipping, in place, over all parameters that have a gradient (torch.nn.utils.clip_grad_norm_, clip_grad_value_). */
import { KinoraError } from '../error.js';
import { noGrad } from '../grad.js';
import { ops } from '../ops.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';

export interface ClipNormOptions {
  /** Order p of the norm; Infinity takes the largest absolute value. Default 2. */
  normType?: number;
  /** Throw when the norm is NaN or infinite, instead of scaling by it. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales the gradients down so that the norm of all together is at most `maxNorm`.
 * @returns the norm before; reading it waits for the device
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
      const norm = grads.length === 0 ? 0 : totalNorm(grads, normType);
      if (errorIfNonfinite && !Number.isFinite(norm)) throw nonfinite(norm);
      // Not `norm > maxNorm`: a NaN norm must spread as it does in PyTorch.
      const factor = maxNorm / (norm + 1e-6);
      if (!(factor >= 1)) ops._foreach_mul_(grads, factor);
      return norm;
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

function totalNorm(grads: readonly Tensor[], order: number): number {
  const { device } = grads[0]!;
  const norms = grads.map((grad) => ops.linalg_vector_norm(grad, order).to({ device }));
  return Number(ops.linalg_vector_norm(ops.stack(norms), order).item());
}

function nonfinite(norm: number): KinoraError {
  return new KinoraError({
    code: 'optim/nonfinite',
    where: 'clipGradNorm',
    expected: 'a finite gradient norm',
    received: String(norm),
    hint: 'lower the learning rate, or look for NaN in the input',
  });
}
