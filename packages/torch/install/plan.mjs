/**
 * Names every object file and the addon by a hash of all that goes into them: sources with the headers they
 * include, libtorch, flags, compiler. Equal names mean equal contents, so a name that exists need not be
 * built again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { compileFlags, linkFlags } from './compiler.mjs';
import { SetupError } from './failure.mjs';

/** Folders of headers that stand in for those of others; libtorch's own include them, so they count for every source. */
const SUBSTITUTES = ['shim', 'absent'];

/**
 * @typedef {object} Plan
 * @property {string} hash names the addon
 * @property {{ source: string, object: string }[]} objects file in native/, and the name of its object file
 */

/**
 * @param {string} native folder of the sources
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {import('./compiler.mjs').Compiler} compiler
 * @returns {Plan}
 */
export function planBuild(native, libtorch, compiler) {
  const surroundings = [
    compiler.command.join(' '),
    compiler.version,
    compileFlags(libtorch).join(' '),
    `${libtorch.include} ${libtorch.version} ${libtorch.modified}`,
    nodeApiVersion(),
    ...SUBSTITUTES.flatMap((folder) => textsIn(join(native, folder))),
    `${process.platform} ${process.arch}`,
  ];
  const objects = sourcesIn(native).map((source) => {
    const texts = includeClosure(native, source).map((name) => readFileSync(join(native, name), 'utf8'));
    return { source, object: `${source.replace(/\.cc$/, '')}-${digest([...surroundings, ...texts])}.o` };
  });
  return { hash: digest([...objects.map(({ object }) => object), ...linkFlags(libtorch)]), objects };
}

/**
 * One hash over all files of native/, for the quick question whether any has changed.
 * @param {string} native
 */
export function sourcesDigest(native) {
  return digest(textsIn(native));
}

/** Names and contents of all files under a folder. @param {string} folder */
function textsIn(folder) {
  return filesIn(folder).flatMap((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

/** All files under a folder that exists, by their paths in it. @param {string} folder @returns {string[]} */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, path, name }) => relative(folder, join(parentPath ?? path, name))).sort();
}

/** @param {string} native */
function sourcesIn(native) {
  const sources = readdirSync(native).filter((name) => name.endsWith('.cc'));
  if (sources.length > 0) return sources.sort();
  throw new SetupError({
    code: 'setup/no-sources',
    where: native,
    expected: "the addon's C++ sources",
    received: 'none',
    hint: 'the package is incomplete; install it again',
  });
}

/**
 * A source and, transitively, the headers of ours that it includes by #include "name.h", each once.
 * @param {string} native @param {string} source
 */
function includeClosure(native, source) {
  const own = new Set(filesIn(native));
  const seen = new Set([source]);
  for (const name of seen) {
    const text = readFileSync(join(native, name), 'utf8');
    for (const [, included = ''] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      const path = join(dirname(name), included);
      if (own.has(path)) seen.add(path); // a Set's iteration visits what is added to it meanwhile
    }
  }
  return [...seen];
}

function nodeApiVersion() {
  /** @type {{ version: string }} */
  const { version } = createRequire(import.meta.url)('node-api-headers/package.json');
  return `node-api-headers ${version}`;
}

/** @param {readonly string[]} parts @returns {string} 16 hexadecimal digits */
function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex').slice(0, 16);
}
