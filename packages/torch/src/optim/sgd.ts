/** Stochastic gradient descent with momentum as in torch.optim.SGD (Sutskever et al. 2013; lr outside the buffer). */
import { kinoraError } from '../error.js';
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

export interface SGDSettings extends DecaySettings {
  momentum: number;
  dampening: number;
  nesterov: boolean;
}

/** Defaults: no momentum, no decay. lr must be given. */
export class SGD extends FirstOrder<SGDSettings> {
  constructor(params: Params<SGDSettings>, settings: Partial<SGDSettings> & { lr: number }) {
    super(params, { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...settings });
  }

  protected override checkSettings(settings: SGDSettings): void {
    super.checkSettings(settings);
    checkRange('momentum', settings.momentum, 0);
    if (settings.nesterov && (settings.momentum === 0 || settings.dampening !== 0)) {
      const received = `momentum ${settings.momentum}, dampening ${settings.dampening}`;
      const expected = 'a momentum and no dampening';
      throw kinoraError('optim/settings', 'nesterov', expected, received);
    }
  }

  protected update(settings: SGDSettings, entries: readonly Entry[]): void {
    const params = entries.map((entry) => entry.param);
    let grads = entries.map((entry) => entry.grad);
    if (settings.weightDecay !== 0) grads = ops._foreach_add(grads, params, { alpha: settings.weightDecay });
    if (settings.momentum !== 0) grads = withMomentum(settings, entries, grads);
    ops._foreach_add_(params, grads, { alpha: -settings.lr });
  }
}

function withMomentum(settings: SGDSettings, entries: readonly Entry[], grads: Tensor[]): Tensor[] {
  const { momentum, dampening, nesterov } = settings;
  const moving = grads.flatMap((grad, i) => {
    const buffer = entries[i]!.memory.tensors.get('momentum_buffer');
    return buffer === undefined ? [] : [{ buffer, grad }];
  });
  if (moving.length > 0) {
    const buffers = moving.map(({ buffer }) => buffer);
    ops._foreach_mul_(buffers, momentum);
    ops._foreach_add_(
      buffers,
      moving.map(({ grad }) => grad),
      { alpha: 1 - dampening },
    );
  }
  // A new buffer starts as the first gradient, without dampening.
  const gradOf = new Map(entries.map((entry, i) => [entry, grads[i]!]));
  const buffers = remembered(entries, 'momentum_buffer', (entry) => gradOf.get(entry)!.clone());
  return nesterov ? ops._foreach_add(grads, buffers, { alpha: momentum }) : buffers;
}
