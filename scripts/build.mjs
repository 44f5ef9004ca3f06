// Turns packages/*/src/**/*.ts into packages/*/dist/**/*.js with source maps, and removes what no longer has a
// source: file by file, with the entries once more as bundles; the recognizer only bundled, with what it shares of the others' sources
// and with onnxruntime-web. Types are checked apart from this (`tsc -b`), which is why building takes a fraction of a
// second.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entryBundle } from './entry.mjs';
import { globSync } from './glob.mjs';
import { standalone } from './standalone.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {{
 *   name: string,
 *   from: readonly string[],
 *   options: (folder: string) => import('esbuild').BuildOptions[],
 *   declared?: boolean,
 *   copied?: readonly string[],
 * }} Package
 * `from`: the packages whose sources go into it; `declared`: types are written too, so that a plain `npm pack` ships them;
 * `copied`: files of npm packages that go to dist/runtime
 */

/**
 * onnxruntime-web for WebAssembly and for WebGPU: 41 of the 139 MB that npm would install.
 */
const RUNTIME = [
  'ort.wasm.bundle.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort.webgpu.bundle.min.mjs',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
].map((name) => `onnxruntime-web/dist/${name}`);

/** @type {readonly Package[]} */
const PACKAGES = [
  {
    name: 'clip',
    from: ['clip'],
    options: (folder) => [...fileByFile(folder), entryBundle(folder, ['index'])],
    declared: true,
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
  { name: 'recognizer', from: ['recognizer', 'kinora'], options: bundled, declared: true, copied: RUNTIME },
];
const folderOf = (/** @type {string} */ name) => join(ROOT, 'packages', name);

/** Builds the packages whose sources have changed since their last build. */
export async function buildIfChanged() {
  for (const { name, from, options, declared = false, copied = [] } of PACKAGES) {
    const state = stateOf(from);
    const stamp = join(folderOf(name), 'dist', '.built');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) continue;
    const folder = folderOf(name);
    const written = await buildPackage(folder, options);
    for (const file of copied) copyRuntime(folder, file);
    if (name === 'recognizer') written.add(await writeStandalone(folder));
    removeOrphans(folder, written);
    if (declared) await declare(folder);
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
    fileURLToPath(new URL('standalone.mjs', import.meta.url)),
  ]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} folder @param {Package['options']} options @returns {Promise<Set<string>>} the files written */
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
      writeIfOther(path, text);
    }
  }
  return written;
}

/**
 * The types of each source, as `tsc -b` declares them: file by file, which takes no checking.
 * @param {string} folder
 */
async function declare(folder) {
  const { default: typescript } = await import('typescript');
  const { transpileDeclaration, ScriptTarget, ModuleKind } = typescript;
  const compilerOptions = {
    target: ScriptTarget.ES2022,
    module: ModuleKind.NodeNext,
    isolatedDeclarations: true,
    verbatimModuleSyntax: true,
  };
  const src = join(folder, 'src');
  for (const file of globSync(src, '.ts').filter((file) => !/[.](test|d)[.]/.test(file))) {
    const options = { fileName: file, compilerOptions, reportDiagnostics: true };
    const { outputText, diagnostics = [] } = transpileDeclaration(readFileSync(file, 'utf8'), options);
    const [first] = diagnostics;
    if (first !== undefined)
      throw new Error(`${file}: ${typescript.flattenDiagnosticMessageText(first.messageText, ' ')}`);
    writeIfOther(join(folder, 'dist', relative(src, file).replace(/\.ts$/, '.d.ts')), outputText);
  }
}

/** @param {string} folder @returns {Promise<string>} the file */
async function writeStandalone(folder) {
  const file = join(folder, 'dist', 'standalone.js');
  writeIfOther(file, await standalone(folder, join(folder, 'dist', 'runtime')));
  // `kinora export --format page` puts it into its pages.
  const copy = join(folderOf('kinora'), 'dist', 'runtime', 'recognizer.mjs');
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(file, copy);
  return file;
}

/**
 * Without the mention of source maps, which are not copied: development servers complain about maps that are missing.
 * @param {string} folder @param {string} file in node_modules
 */
function copyRuntime(folder, file) {
  const source = join(ROOT, 'node_modules', file);
  const target = join(folder, 'dist', 'runtime', basename(file));
  mkdirSync(dirname(target), { recursive: true });
  if (file.endsWith('.wasm')) copyFileSync(source, target);
  else writeIfOther(target, readFileSync(source, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

/** @param {string} folder @returns {import('esbuild').BuildOptions[]} */
function fileByFile(folder) {
  return [{ entryPoints: globSync(join(folder, 'src'), '.ts') }];
}

/**
 * The entries share chunks; `beside` use the browser's entry as it is, because it finds its worker relative to itself; each
 * test carries what it tests. What npm installs stays outside.
 * @param {string} folder @returns {import('esbuild').BuildOptions[]}
 */
function bundled(folder) {
  const { entries, beside } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).kinora;
  const sources = (/** @type {readonly string[]} */ names) =>
    names.map((name) => join(folder, 'src', `${name}.ts`));
  /** @type {import('esbuild').BuildOptions} */
  const options = { bundle: true, packages: 'external' };
  const split = { ...options, splitting: true, chunkNames: 'chunks/[name]-[hash]', target: 'es2022' };
  const tests = globSync(join(folder, 'src'), '.ts').filter((file) => file.includes('.test.'));
  return [
    { ...split, entryPoints: sources(entries), plugins: [ownRuntime()] },
    { ...split, entryPoints: sources(beside), plugins: [ownEntry()] },
    { ...options, entryPoints: tests },
  ];
}

/** @returns {import('esbuild').Plugin} */
function ownEntry() {
  return {
    name: 'own-entry',
    setup(build) {
      build.onResolve({ filter: /^\.\/browser\.js$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}

/**
 * `onnxruntime-web/wasm` is a file of dist/runtime.
 * @returns {import('esbuild').Plugin}
 */
function ownRuntime() {
  return {
    name: 'own-runtime',
    setup(build) {
      build.onResolve({ filter: /^onnxruntime-web\/(wasm|webgpu)$/ }, ({ path }) => {
        return { path: `./runtime/ort.${basename(path)}.bundle.min.mjs`, external: true };
      });
    },
  };
}

/** @param {string} path @param {string} text */
function writeIfOther(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeWhole(path, text);
}

/**
 * By a rename, so that a concurrent process never reads half a file.
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
    if (name.startsWith('studio/')) continue; // built by scripts/studio.mjs
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
