// Tests run on what ships: the built files in dist, where worker threads and the command line find their entries. The
// install code ships as it is written; the studio's arithmetic is tested as it is written, the studio itself in a browser.
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/longest-first.mjs';

export default defineConfig({
  test: {
    include: [
      'packages/*/dist/**/*.test.js',
      'packages/torch/install/*.test.mjs',
      'scripts/**/*.test.mjs',
      'bench/*.test.mjs',
      'studio/{src,test}/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.soak.test.*'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // For what hangs. What is slow on a machine that is busy or two and a half times slower must not fail.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A second, vitest's own, is too little on a machine that is busy with the other tests.
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
