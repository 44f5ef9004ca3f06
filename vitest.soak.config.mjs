// The long tests: kill and resume, leaks over a thousand steps, mutated inputs. One file at a time, so that memory and
// time measured in one are not another's.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/dist/**/*.soak.test.js',
      'bench/*.soak.test.mjs',
      'scripts/*.soak.test.mjs',
      'studio/test/*.soak.test.ts',
    ],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 20 * 60_000,
    hookTimeout: 5 * 60_000,
  },
});
