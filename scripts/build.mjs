// Turns packages/*/src/**/*.ts into packages/*/dist/**/*.js, file by file, with source maps, and removes what
// no longer has a source. Types are checked and declared apart from this (`tsc -b`), so that building takes a
// fraction of a second.
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
import { globSync } from './glob.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PACKAGES = ['torch', 'kinora'].map((name) => join(ROOT, 'packages', name));

/** Builds the packages whose sources have changed since their last build. */
export async function buildIfChanged() {
  for (const folder of PACKAGES) {
    const state = stateOf(folder);
    const stamp = join(folder, 'dist', '.built');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) continue;
    await buildPackage(folder);
    writeWhole(stamp, state);
  }
}

/** Names, sizes and times of all sources, and of this file. @param {string} folder */
function stateOf(folder) {
  const hash = createHash('sha256');
  for (const file of [...globSync(join(folder, 'src'), '.ts'), fileURLToPath(import.meta.url)]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} folder */
async function buildPackage(folder) {
  const { build } = await import('esbuild'); // not at the top: set-up imports this file before there is an esbuild
  const { outputFiles } = await build({
    entryPoints: globSync(join(folder, 'src'), '.ts'),
    outdir: join(folder, 'dist'),
    outbase: join(folder, 'src'),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    write: false,
  });
  for (const { path, text } of outputFiles) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeWhole(path, text);
  }
  removeOrphans(folder);
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

/** @param {string} folder */
function removeOrphans(folder) {
  for (const name of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const source = name.match(/^(.*?)(\.d\.ts|\.js)(\.map)?$/)?.[1];
    if (source === undefined || existsSync(join(folder, 'src', `${source}.ts`))) continue;
    rmSync(join(folder, 'dist', name));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of PACKAGES) rmSync(join(folder, 'dist', '.built'), { force: true });
  await buildIfChanged();
}
