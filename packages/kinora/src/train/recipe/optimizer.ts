/** The configured optimizer over a network's parameters, and the rate it starts from. */
import { type nn, optim, type Tensor } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { checkPatterns, matches } from './parameters.js';

/** Over all parameters that take gradients. */
export function runOptimizer(config: RunConfig, network: nn.AnyModule): optim.Optimizer {
  const { weightDecay, amsgrad, momentum } = config;
  const lr = baseRate(config);
  const params = rateGroups(config, network);
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
 * The learning rate that schedules start from: `lr`, or with `lrBatchSize` in proportion to the clips of a step (Goyal et
 * al. 2017).
 */
export const baseRate = ({ lr, lrBatchSize, batchSize }: RunConfig): number =>
  lrBatchSize === null ? lr : (lr * batchSize) / lrBatchSize;

/** The rate of the schedule itself, whatever the groups make of it. */
export const scheduledRate = (config: RunConfig, { groups }: optim.Optimizer): number =>
  groups[0]!.lr / (groups[0]!.initialLr / baseRate(config));

/** Parameters by their factor on the rate: one group where there are no factors. */
function rateGroups(config: RunConfig, network: nn.AnyModule): { params: Tensor[]; lr: number }[] {
  const factors = Object.entries(config.lrMultipliers);
  const parameters = [...network.namedParameters()];
  checkPatterns(
    'lrMultipliers',
    factors.map(([pattern]) => pattern),
    parameters.map(([name]) => name),
  );
  const groups = new Map<number, Tensor[]>();
  for (const [name, parameter] of parameters.filter(([, { requiresGrad }]) => requiresGrad)) {
    const factor = factors.findLast(([pattern]) => matches(pattern, name))?.[1] ?? 1;
    groups.set(factor, [...(groups.get(factor) ?? []), parameter]);
  }
  return [...groups].map(([factor, params]) => ({ params, lr: baseRate(config) * factor }));
}
