// Turns packages/*/src/**/*.ts into packages/*/dist/**/*.js with source maps, and removes what no longer has a
// source: file by file, with the entries once more as bundles; the recognizer only bundled, with what it shares of the others' sources. Types
// are checked and declared apart from this (`tsc -b`), so that building takes a fraction of a second.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entryBundle } from './entry.mjs';
import { globSync } from './glob.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {{ name: string, from: readonly string[], options: (folder: string) => import('esbuild').BuildOptions[] }}
 * Package `from`: the packages whose sources go into it
 */

/** @type {readonly Package[]} */
const PACKAGES = [
  {
    name: 'clip',
    from: ['clip'],
    options: (folder) => [...fileByFile(folder), entryBundle(folder, ['index'])],
  },
  {
    name: 'torch',
    from: ['torch'],
    options: (folder) => [...fileByFile(folder), entryBundle(folder, ['index', 'error'])],
  },
  {
    name: 'kinora',
    from: ['kinora'],
    options: (folder) => [...fileByFile(folder), entryBundle(folder, ['index'], ['zod'])],
  },
  { name: 'recognizer', from: ['recognizer', 'kinora'], options: bundled },
];
const folderOf = (/** @type {string} */ name) => join(ROOT, 'packages', name);

/** Builds the packages whose sources have changed since their last build. */
export async function buildIfChanged() {
  for (const { name, from, options } of PACKAGES) {
    const state = stateOf(from);
    const stamp = join(folderOf(name), 'dist', '.built');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) continue;
    await buildPackage(folderOf(name), options);
    writeWhole(stamp, state);
  }
}

/** Names, sizes and times of all sources, and of this file. @param {readonly string[]} packages */
function stateOf(packages) {
  const hash = createHash('sha256');
  const sources = packages.flatMap((name) => globSync(join(folderOf(name), 'src'), '.ts'));
  for (const file of [
    ...sources,
    fileURLToPath(import.meta.url),
    fileURLToPath(new URL('entry.mjs', import.meta.url)),
  ]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} folder @param {Package['options']} options */
async function buildPackage(folder, options) {
  const { build } = await import('esbuild'); // not at the top: set-up imports this file before there is an esbuild
  const written = new Set();
  for (const one of options(folder)) {
    const { outputFiles } = await build({
      outdir: join(folder, 'dist'),
      outbase: join(folder, 'src'),
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'warning',
      ...one,
      write: false,
    });
    for (const { path, text } of outputFiles) {
      written.add(path);
      if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeWhole(path, text);
    }
  }
  removeOrphans(folder, written);
}

/** @param {string} folder @returns {import('esbuild').BuildOptions[]} */
function fileByFile(folder) {
  return [{ entryPoints: globSync(join(folder, 'src'), '.ts') }];
}

/**
 * The entries share chunks; each test carries what it tests. What npm installs stays outside.
 * @param {string} folder @returns {import('esbuild').BuildOptions[]}
 */
function bundled(folder) {
  const { entries } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).kinora;
  /** @type {import('esbuild').BuildOptions} */
  const options = { bundle: true, packages: 'external' };
  const tests = globSync(join(folder, 'src'), '.ts').filter((file) => file.includes('.test.'));
  return [
    {
      ...options,
      entryPoints: entries.map((/** @type {string} */ name) => join(folder, 'src', `${name}.ts`)),
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      target: 'es2022',
    },
    { ...options, entryPoints: tests },
  ];
}

/**
 * By a rename, so that a process that runs meanwhile never reads half a file.
 * @param {string} file
 * @param {string} text
 */
function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** @param {string} folder @param {ReadonlySet<string>} written */
function removeOrphans(folder, written) {
  for (const name of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (name.startsWith('studio/')) continue; // of another make: scripts/studio.mjs
    const path = join(folder, 'dist', name);
    const declared = name.match(/^(.*?)\.d\.ts(\.map)?$/)?.[1];
    const stale =
      declared === undefined
        ? /\.js(\.map)?$/.test(name) && !written.has(path)
        : !existsSync(join(folder, 'src', `${declared}.ts`));
    if (stale) rmSync(path);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name } of PACKAGES) rmSync(join(folderOf(name), 'dist', '.built'), { force: true });
  await buildIfChanged();
}
