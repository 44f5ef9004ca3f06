// Lists files below a folder by the end of their name. Node 20 has no glob of its own.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} folder @param {string} ending @returns {string[]} */
export function globSync(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
    .sort();
}
