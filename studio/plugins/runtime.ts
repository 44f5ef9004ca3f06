/** Copies onnxruntime's WebAssembly, two files that it fetches by name, to `runtime/` next to the app. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const FILES = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
const find = createRequire(import.meta.url);

export function runtime(): Plugin {
  return {
    name: 'onnxruntime-files',
    apply: 'build',
    generateBundle() {
      for (const name of FILES) {
        const source = readFileSync(find.resolve(`onnxruntime-web/${name}`));
        this.emitFile({ type: 'asset', fileName: `runtime/${name}`, source });
      }
    },
  };
}
