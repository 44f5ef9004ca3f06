// One page and a service worker, to packages/kinora/dist/studio: the published package carries the built app, and
// `kinora studio build` adds a run's data to it.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';
import { runtime } from './plugins/runtime.js';
import { contentSecurityPolicy } from './plugins/security.js';
import { tutorial } from './plugins/tutorial.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [svelte({ configFile: here('svelte.config.js') }), tutorial(), contentSecurityPolicy(), runtime()],
  // The recognizer's onnxruntime without its WebAssembly inside: that is fetched from runtime/.
  resolve: {
    alias: [{ find: /^[.]\/runtime\/ort[.](\w+)[.]bundle[.]min[.]mjs$/, replacement: 'onnxruntime-web/$1' }],
    conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  worker: { format: 'es' },
  build: {
    outDir: here('../packages/kinora/dist/studio'),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
    rollupOptions: {
      checks: { pluginTimings: false },
      input: { index: here('index.html'), 'service-worker': here('src/service-worker.ts') },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
