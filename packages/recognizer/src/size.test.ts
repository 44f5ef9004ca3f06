import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Our own code as an app ships it, minified and compressed: what the page loads, and what its worker does. */
const BUDGET = 30_000;

test('our own code is small, and imports nothing but onnxruntime-web, which it contains', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: ['browser', 'worker'].map((name) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['./runtime/*'],
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect([...new Set(imports)].sort()).toEqual([
    './runtime/ort.wasm.bundle.min.mjs',
    './runtime/ort.webgpu.bundle.min.mjs',
  ]);
  const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  expect(bytes).toBeLessThan(BUDGET);
  expect(bytes).toBeGreaterThan(3_000);
});
