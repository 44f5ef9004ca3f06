/**
 * Names every object file and the addon by a hash of all that goes into them: sources with the headers they
 * include, libtorch, flags, compiler. Equal names mean equal contents, so an existing file need not be
 * built again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFlags, linkFlags } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { digest, filesIn, textsIn } from './sources.mjs';

/** Folders of headers that replace others; libtorch's headers include them, so they count for every source. */
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
      if (own.has(path)) seen.add(path); // iterating over a Set also visits elements added during the iteration
    }
  }
  return [...seen];
}

function nodeApiVersion() {
  /** @type {{ version: string }} */
  const { version } = createRequire(import.meta.url)('node-api-headers/package.json');
  return `node-api-headers ${version}`;
}
