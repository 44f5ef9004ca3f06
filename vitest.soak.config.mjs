// The long tests: kill and resume, leaks over a thousand steps, mutated inputs. First those whose figures another test beside
// them would spoil, one file at a time, then the others by two.
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/longest-first.mjs';

/** They measure how long something takes. */
const TIMED = ['packages/recognizer/dist/speed.soak.test.js', 'bench/*.soak.test.mjs'];

const LIMITS = { pool: 'forks', testTimeout: 20 * 60_000, hookTimeout: 5 * 60_000 };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: { ...LIMITS, name: 'timed', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          ...LIMITS,
          name: 'long',
          include: [
            'packages/*/dist/**/*.soak.test.js',
            'scripts/*.soak.test.mjs',
            'studio/test/*.soak.test.ts',
          ],
          exclude: ['**/node_modules/**', ...TIMED],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
