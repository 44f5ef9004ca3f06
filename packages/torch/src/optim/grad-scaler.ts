/**
 * Gradient scaling for float16 (torch.cuda.amp.GradScaler): the loss is multiplied by a scale so that small gradients
 * do not vanish, and the gradients are divided by it again. A step whose gradients overflowed is skipped, and the scale
 * is lowered.
 */

import { scope } from '../engine/scope.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';

export interface GradScalerSettings {
  /** Initial scale. */
  readonly initial: number;
  readonly growth: number;
  readonly backoff: number;
  /** Steps in a row without overflow after which the scale grows. */
  readonly interval: number;
}

export interface GradScalerState {
  readonly scale: number;
  /** Steps without overflow since the last change of the scale. */
  readonly goodSteps: number;
}

const DEFAULTS: GradScalerSettings = { initial: 65536, growth: 2, backoff: 0.5, interval: 2000 };

export class GradScaler {
  readonly #settings: GradScalerSettings;
  #scale: number;
  #goodSteps = 0;

  constructor(settings: Partial<GradScalerSettings> = {}) {
    this.#settings = { ...DEFAULTS, ...settings };
    this.#scale = this.#settings.initial;
  }

  get state(): GradScalerState {
    return { scale: this.#scale, goodSteps: this.#goodSteps };
  }
  set state({ scale, goodSteps }: GradScalerState) {
    this.#scale = scale;
    this.#goodSteps = goodSteps;
  }

  /** The scaled loss, to call `backward` on. */
  scaled(loss: Tensor): Tensor {
    return loss.mul(this.#scale);
  }

  /**
   * Divides the gradients in place and returns whether all of them are finite, which waits for the device. Also updates
   * the scale: call it once per step, and skip the optimizer's step if it returns false.
   */
  unscale(params: readonly Tensor[]): boolean {
    const finite = noGrad(() => scope(() => divide(params, 1 / this.#scale)));
    this.#update(finite);
    return finite;
  }

  #update(finite: boolean): void {
    const { growth, backoff, interval } = this.#settings;
    this.#goodSteps = finite ? this.#goodSteps + 1 : 0;
    if (!finite) this.#scale *= backoff;
    if (this.#goodSteps < interval) return;
    // As in PyTorch: the scale never exceeds float32.
    if (Number.isFinite(Math.fround(this.#scale * growth))) this.#scale *= growth;
    this.#goodSteps = 0;
  }
}

function divide(params: readonly Tensor[], factor: number): boolean {
  const grads = params.map(({ grad }) => grad).filter((grad) => grad !== null);
  if (grads.length === 0) return true;
  const { device } = grads[0]!;
  const checks = grads.map((grad) => grad.isfinite().all().to({ device }));
  ops._foreach_mul_(grads, factor);
  return Boolean(ops.stack(checks).all().item());
}
