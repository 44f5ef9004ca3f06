// The recognizer as one file that a page loads without a bundler, from its own folder or from another host: the worker is a
// text in it, onnxruntime-web is in the worker, and WebAssembly is compressed.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What the single file has instead, by the name of the source that it replaces. */
const INSTEAD = {
  'worker/start-worker': 'worker/standalone-worker',
  'runtime/runtime-web': 'runtime/runtime-embedded',
};

/**
 * Text of dist/standalone.js.
 * @param {string} folder of the recognizer @param {string} runtime folder of onnxruntime-web's files
 * @returns {Promise<string>}
 */
export async function standalone(folder, runtime) {
  const wasm = gzipSync(readFileSync(join(runtime, 'ort-wasm-simd-threaded.wasm')), { level: 9 });
  const worker = await bundle(folder, 'worker', runtime, { WASM_GZIP: wasm.toString('base64') });
  const page = await bundle(folder, 'standalone', runtime, { WORKER_SOURCE: worker });
  return `/*! @kinora/recognizer, Apache-2.0. Contains ONNX Runtime Web, MIT, (c) Microsoft Corporation: see THIRD_PARTY.md */\n${page}`;
}

/**
 * @param {string} folder @param {string} entry @param {string} runtime @param {Record<string, string>} texts
 * @returns {Promise<string>}
 */
async function bundle(folder, entry, runtime, texts) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'src', `${entry}.ts`)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'warning',
    write: false,
    define: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.stringify(text)])),
    plugins: [insteadOf(folder, runtime)],
  });
  return /** @type {import('esbuild').OutputFile} */ (outputFiles[0]).text;
}

/** @param {string} folder @param {string} runtime @returns {import('esbuild').Plugin} */
function insteadOf(folder, runtime) {
  return {
    name: 'instead-of',
    setup(build) {
      build.onResolve({ filter: /^onnxruntime-web\/wasm$/ }, () => ({
        path: join(runtime, 'ort.wasm.bundle.min.mjs'),
      }));
      for (const [name, other] of Object.entries(INSTEAD))
        build.onResolve({ filter: new RegExp(`/${basename(name)}\\.js$`) }, () => ({
          path: join(folder, 'src', `${other}.ts`),
        }));
    },
  };
}
