/** The addon's sources as texts, and hashes of texts. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * One hash of all files in native/: a quick check whether any has changed, and whether a prebuilt addon was compiled from
 * them.
 * @param {string} native
 */
export function sourcesDigest(native) {
  return digest(textsIn(native));
}

/** Names and contents of all files under a folder. @param {string} folder */
export function textsIn(folder) {
  return filesIn(folder).flatMap((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

/** All files under a folder that exists, by their paths in it. @param {string} folder @returns {string[]} */
export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, path, name }) => relative(folder, join(parentPath ?? path, name))).sort();
}

/** @param {readonly string[]} parts @returns {string} 16 hexadecimal digits */
export function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex').slice(0, 16);
}
