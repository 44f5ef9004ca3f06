/**
 * Patterns over the names of parameters: `fc` and `conv_layer1.0` mean the layer of that name and all below it, and in
 * `*.bias` or `layer?.*` a star stands for any text, dots included, and a question mark for one character.
 */

import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';

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
    received: `"${stray}", which means none`,
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
