/** Networks by name, family by family, in the order of `kinora models`. */

import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import * as convColumn from './conv-column/conv-column.js';
import * as frames from './frames/tables.js';
import * as mobile from './mobile/tables.js';
import type { NetworkEntry } from './network.js';
import * as resnet from './resnet/tables.js';
import * as slowfast from './slowfast/tables.js';
import * as streaming from './streaming/tables.js';
import * as twoStream from './two-stream/tables.js';

/** To add a family: a file that exports its `entries`, and a line here. */
const families = [convColumn, resnet, slowfast, mobile, streaming, frames, twoStream];

const known: NetworkEntry[] = families.flatMap(({ entries }) => entries);

export const networks: readonly NetworkEntry[] = known;

/** Adds your own network as a value of `model`, in this process. Throws `model/known` if the name is taken. */
export function addNetwork(entry: NetworkEntry): void {
  if (networks.some(({ name }) => name === entry.name)) {
    throw kinoraError('model/known', 'addNetwork', 'a name that no network has yet', `"${entry.name}"`);
  }
  known.push(entry);
}

/** The entry of a name. Throws `model/unknown` with the nearest name. */
export function findNetwork(name: string): NetworkEntry {
  const found = networks.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = networks.map((entry) => entry.name);
  const near = nearest(name, names);
  throw kinoraError('model/unknown', undefined, 'a network that `kinora models` lists', `"${name}"`, {
    hint: near && `the nearest name is "${near}"`,
  });
}
