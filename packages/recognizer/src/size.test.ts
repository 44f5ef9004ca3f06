import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const file = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Bytes of our own code as an app ships it, minified and compressed, and what it imports. */
async function shipped(...entries: string[]): Promise<{ bytes: number; imports: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: entries.map(file),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['./runtime/*', 'react'],
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  return { bytes, imports: [...new Set(imports)].sort() };
}

const RUNTIME = ['./runtime/ort.wasm.bundle.min.mjs', './runtime/ort.webgpu.bundle.min.mjs'];

/** Compressed bytes at most; README.md gives what they are. */
test.each([
  ['the page', ['browser'], 16_600, []],
  ['the worker', ['worker'], 18_500, RUNTIME],
  ['the custom element, with the page', ['element'], 10_000, []],
  ['the hook for React, with the page', ['react'], 9_000, ['react']],
])('%s is small, and imports nothing but what it must', async (name, entries, most, expected) => {
  const { bytes, imports } = await shipped(...entries);
  console.log(`${name}: ${(bytes / 1000).toFixed(1)} kB`);
  expect(imports).toEqual(expected);
  expect(bytes).toBeLessThan(most);
  expect(bytes).toBeGreaterThan(3_000);
});

test.each([
  ['onnxruntime-web for WebAssembly', 'runtime/ort-wasm-simd-threaded.wasm', 14.5],
  ['onnxruntime-web for WebGPU', 'runtime/ort-wasm-simd-threaded.asyncify.wasm', 27.5],
  ['the single file', 'standalone.js', 5.2],
])('%s is no larger than it was', (_, name, megabytes) => {
  const { size } = statSync(fileURLToPath(new URL(name, import.meta.url)));
  expect(size / 1e6).toBeLessThan(megabytes);
});
