/** The candidates of a comparison: networks of the registry, each optionally with its own settings. */

import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import type { NetworkEntry } from '../model/network.js';
import { findNetwork, networks } from '../model/registry.js';

export interface Candidate {
  /** Safe as a folder name: the network and its own settings, if any. */
  readonly name: string;
  readonly network: NetworkEntry;
  /** `key=value` settings of this candidate alone. */
  readonly settings: readonly string[];
}

/**
 * Reads `ConvColumnSmall`, `*Small` (every network whose name matches) or `ConvColumnSmall:lr=0.001,batchSize=16`.
 * Throws `model/unknown` with the nearest name, and `compare/*` for an invalid setting or a duplicate.
 */
export function parseCandidates(words: readonly string[]): Candidate[] {
  const candidates = words.flatMap(parseWord);
  const twice = candidates.find(({ name }, i) => candidates.findIndex((other) => other.name === name) < i);
  if (twice === undefined) return candidates;
  throw kinoraError('compare/twice', 'networks', 'each once', `${twice.name} again`);
}

function parseWord(word: string): Candidate[] {
  const [pattern = '', ...rest] = word.split(':');
  // A comma ends a setting only if another one follows, because values may be JSON.
  const settings = rest.length === 0 ? [] : rest.join(':').split(/,(?=[\w.]+=)/);
  for (const setting of settings) checkSetting(setting, word);
  return found(pattern).map((network) => ({
    name: candidateName(network.name, settings),
    network,
    settings,
  }));
}

function found(pattern: string): NetworkEntry[] {
  if (!pattern.includes('*')) return [findNetwork(pattern)];
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const fits = new RegExp(`^${parts.join('.*')}$`);
  const all = networks.filter(({ name }) => fits.test(name));
  if (all.length > 0) return all;
  const near = nearest(
    pattern,
    networks.map(({ name }) => name),
  );
  throw kinoraError('model/unknown', undefined, 'a pattern that matches a network', `"${pattern}"`, {
    hint: near && `the nearest name is "${near}"`,
  });
}

const candidateName = (network: string, settings: readonly string[]): string =>
  [network, ...settings].join('-').replace(/[^\w.=+-]/g, '_');

function checkSetting(setting: string, where: string): void {
  if (/^[\w.]+=./.test(setting)) return;
  throw kinoraError('compare/setting', where, {
    expected: 'NETWORK or NETWORK:key=value,key=value',
    received: JSON.stringify(setting),
  });
}
