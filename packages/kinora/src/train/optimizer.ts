/** The configured optimizer over a network's parameters. */
import { type nn, optim } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';

export function runOptimizer(config: RunConfig, network: nn.AnyModule): optim.Optimizer {
  const { lr, weight_decay: weightDecay, amsgrad, momentum } = config;
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
