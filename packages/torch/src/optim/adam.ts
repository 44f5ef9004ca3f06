/**
 * Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019) and their AMSGrad variants (Reddi et al. 2018), step for
 * step as torch.optim's `_multi_tensor_adam`. They differ only in how the weight decay is applied.
 */
import { ops } from '../ops/ops.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  checkRange,
  type DecaySettings,
  type Entry,
  FirstOrder,
  type Params,
  remembered,
} from './optimizer.js';

export interface AdamSettings extends DecaySettings {
  /** Decay rates of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  eps: number;
  /** Divide by the largest average of squares so far instead of the current one. */
  amsgrad: boolean;
}

const DEFAULTS = { lr: 1e-3, betas: [0.9, 0.999] as const, eps: 1e-8, amsgrad: false };

/** Weight decay is an L2 term in the gradient. Default: none. */
export class Adam extends FirstOrder<AdamSettings> {
  constructor(params: Params<AdamSettings>, settings: Partial<AdamSettings> = {}) {
    super(params, { ...DEFAULTS, weightDecay: 0, ...settings });
  }

  protected override checkSettings(settings: AdamSettings): void {
    super.checkSettings(settings);
    checkRange('eps', settings.eps, 0);
    checkRange('betas[0]', settings.betas[0], 0, 1);
    checkRange('betas[1]', settings.betas[1], 0, 1);
  }

  protected update(settings: AdamSettings, entries: readonly Entry[]): void {
    const params = entries.map((entry) => entry.param);
    const grads = this.decay(
      settings,
      params,
      entries.map((entry) => entry.grad),
    );
    descend(settings, entries, params, grads);
  }

  /** Applies the weight decay and returns the gradients to use. */
  protected decay({ weightDecay }: AdamSettings, params: Tensor[], grads: Tensor[]): Tensor[] {
    return weightDecay === 0 ? grads : ops._foreach_add(grads, params, { alpha: weightDecay });
  }
}

/** Weight decay shrinks the parameters directly, independent of the gradient. Default: 0.01. */
export class AdamW extends Adam {
  constructor(params: Params<AdamSettings>, settings: Partial<AdamSettings> = {}) {
    super(params, { weightDecay: 1e-2, ...settings });
  }

  protected override decay({ lr, weightDecay }: AdamSettings, params: Tensor[], grads: Tensor[]): Tensor[] {
    if (weightDecay !== 0) ops._foreach_mul_(params, 1 - lr * weightDecay);
    return grads;
  }
}

function descend(settings: AdamSettings, entries: readonly Entry[], params: Tensor[], grads: Tensor[]): void {
  const { betas, eps, lr, amsgrad } = settings;
  const mean = moment(entries, 'exp_avg');
  ops._foreach_mul_(mean, betas[0]);
  ops._foreach_add_(mean, grads, { alpha: 1 - betas[0] });
  let square = moment(entries, 'exp_avg_sq');
  ops._foreach_mul_(square, betas[1]);
  ops._foreach_addcmul_(square, grads, grads, 1 - betas[1]);
  if (amsgrad) square = largest(entries, square);

  // Both averages start at zero; dividing by 1 - beta^step undoes that.
  const steps = entries.map((entry) => entry.memory.step);
  const denominator = ops._foreach_sqrt(square);
  ops._foreach_div_(
    denominator,
    steps.map((step) => Math.sqrt(1 - betas[1] ** step)),
  );
  ops._foreach_add_(denominator, eps);
  ops._foreach_addcdiv_(
    params,
    mean,
    denominator,
    steps.map((step) => -lr / (1 - betas[0] ** step)),
  );
}

function largest(entries: readonly Entry[], square: Tensor[]): Tensor[] {
  const maximum = moment(entries, 'max_exp_avg_sq');
  ops._foreach_maximum_(maximum, square);
  return maximum;
}

function moment(entries: readonly Entry[], name: string): Tensor[] {
  return remembered(entries, name, ({ param }) => ops.zeros_like(param));
}
