/**
 * Parameters by pattern, and those that are frozen. `fc` and `conv_layer1.0` mean the layer of that name and all below it; in
 * `*.bias` or `layer?.*` a star stands for any text, dots included, and a question mark for one character.
 */
import { nearest } from '@kinora/clip';
import { kinoraError, nn } from '@kinora/torch';
import type { Network } from '../../model/network.js';

/** Whether a pattern means the tensor of this name, such as `conv_layer1.0.weight`. */
export function matches(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return name === pattern || name.startsWith(`${pattern}.`);
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/** Throws `config/pattern`, naming the key, for a pattern that means none of these tensors. */
export function checkPatterns(key: string, patterns: readonly string[], names: readonly string[]): void {
  const stray = patterns.find((pattern) => !names.some((name) => matches(pattern, name)));
  if (stray === undefined) return;
  const paths = layerPaths(names);
  const near = nearest(stray, paths);
  const layers = paths.filter((path) => !path.includes('.'));
  throw kinoraError('config/pattern', key, {
    expected: `patterns of parameters of this network (layers ${layers.join(', ')})`,
    received: `"${stray}", which matches none`,
    hint:
      near === undefined
        ? 'kinora models NAME lists the layers of a network'
        : `the nearest name is "${near}"`,
  });
}

/** `a.0.weight` lies below `a` and `a.0`. */
function layerPaths(names: readonly string[]): string[] {
  const paths = names.flatMap((name) =>
    name.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.')),
  );
  const tensors = new Set(names);
  return [...new Set(paths)].filter((path) => !tensors.has(path));
}

/**
 * Freezes what the patterns mean: these parameters get no gradient and no update, weight decay included. Throws for a pattern
 * that means nothing, and where nothing is left to train.
 */
export function freeze(network: Network, patterns: readonly string[]): void {
  checkPatterns('freeze', patterns, [...network.stateDict().keys()]);
  for (const [name, parameter] of network.namedParameters())
    if (patterns.some((pattern) => matches(pattern, name))) parameter.requiresGrad = false;
  if (network.parameters().some(({ requiresGrad }) => requiresGrad)) return;
  throw kinoraError('config/freeze', 'freeze', {
    expected: 'at least one parameter to train',
    received: 'patterns that match all parameters',
  });
}

/** Training mode, except for batch norm whose statistics (`running_mean`) the patterns mean: they stay as they are. */
export function trainMode(network: Network, patterns: readonly string[]): void {
  network.train();
  for (const [path, module] of network.namedModules()) {
    const isNorm = module instanceof nn.BatchNormNd;
    if (isNorm && patterns.some((pattern) => matches(pattern, `${path}.running_mean`))) module.eval();
  }
}
