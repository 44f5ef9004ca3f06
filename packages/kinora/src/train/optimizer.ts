/** The configured optimizer over a network's parameters, and the rate it starts from. */
import { type nn, optim } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';

export function runOptimizer(config: RunConfig, network: nn.AnyModule): optim.Optimizer {
  const { weight_decay: weightDecay, amsgrad, momentum } = config;
  const lr = baseRate(config);
  const params = network.parameters();
  switch (config.optimizer) {
    case 'adam':
      return new optim.Adam(params, { lr, weightDecay, amsgrad });
    case 'adamw':
      return new optim.AdamW(params, { lr, weightDecay, amsgrad });
    case 'sgd':
      return new optim.SGD(params, { lr, weightDecay, momentum });
    default:
      return config.optimizer satisfies never;
  }
}

/**
 * The learning rate that schedules start from: `lr`, or with `scale_lr` in proportion to the clips of a step (Goyal et
 * al. 2017).
 */
export const baseRate = ({ lr, scale_lr, batch_size }: RunConfig): number =>
  scale_lr === null ? lr : (lr * batch_size) / scale_lr;
