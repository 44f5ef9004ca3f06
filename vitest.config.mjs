// Tests run on what ships: the built files in dist, where worker threads and the command line find their entries.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/dist/**/*.test.js'],
    exclude: ['**/node_modules/**', '**/*.soak.test.js'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
