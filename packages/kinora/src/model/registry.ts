/** Networks by name. */
import { KinoraError } from '@kinora/torch';
import { nearest } from '../nearest.js';
import { entryOf } from './conv-column.js';
import type { NetworkEntry } from './network.js';
import { convColumnTables } from './tables.js';

export const networks: readonly NetworkEntry[] = convColumnTables.map(entryOf);

/** The entry of a name. Throws `model/unknown` with the nearest name. */
export function findNetwork(name: string): NetworkEntry {
  const found = networks.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = networks.map((entry) => entry.name);
  const near = nearest(name, names);
  throw new KinoraError({
    code: 'model/unknown',
    expected: `a network (${names.join(', ')})`,
    received: `"${name}"`,
    ...(near === undefined ? {} : { hint: `the nearest name is "${near}"` }),
  });
}
