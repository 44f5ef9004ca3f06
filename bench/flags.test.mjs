import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const bench = (/** @type {string[]} */ ...words) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url)), ...words], {
    encoding: 'utf8',
  });

test('the bench shows its help with the names of the comparisons, and does nothing else', () => {
  const { status, stdout } = bench('--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run bench \[options\]/);
  expect(stdout).toContain('peak memory of a training step');
});

test.each([
  [['--onyl', 'x'], 'npm run bench: expected a known flag, received --onyl; the nearest valid one is --only'],
  [['--rounds', '0'], '--rounds: expected a whole number above 0, received "0"'],
  [
    ['--only', 'nix'],
    /^--only: expected words in the names of comparisons: training step, .*received "nix"$/,
  ],
])('%j is refused in one line before anything is prepared', (words, message) => {
  const { status, stderr } = bench(...words);
  expect(status).toBe(2);
  expect(stderr.trim()).toMatch(message);
});
