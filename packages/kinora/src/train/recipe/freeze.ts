/**
 * Layers that are not trained. Their parameters get no gradient and no update, weight decay included, and batch norm
 * among them stays in evaluation mode, so that its statistics stay too; dropout goes on.
 */
import { kinoraError, nn } from '@kinora/torch';
import type { Network } from '../../model/network.js';
import { checkPatterns, matches } from './patterns.js';

/** Freezes what the patterns mean. Throws for one that means nothing, and where nothing is left to train. */
export function freeze(network: Network, patterns: readonly string[]): void {
  checkPatterns('freeze', patterns, [...network.stateDict().keys()]);
  for (const [name, parameter] of network.namedParameters())
    if (patterns.some((pattern) => matches(pattern, name))) parameter.requiresGrad = false;
  if (network.parameters().some(({ requiresGrad }) => requiresGrad)) return;
  throw kinoraError('config/freeze', 'freeze', {
    expected: 'something left to train',
    received: 'patterns that mean all parameters',
  });
}

/** Training mode, but for batch norm whose statistics (`running_mean`) the patterns mean. */
export function trainMode(network: Network, patterns: readonly string[]): void {
  network.train();
  for (const [path, module] of network.namedModules()) {
    const isNorm = module instanceof nn.BatchNormNd;
    if (isNorm && patterns.some((pattern) => matches(pattern, `${path}.running_mean`))) module.eval();
  }
}
