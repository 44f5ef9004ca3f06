import { mkdirSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeFailure } from './failure.js';

const here = fileURLToPath(import.meta.url);

/** What the command line prints for what `work` throws. */
function told(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return describeFailure(error, false).text.replaceAll(here, 'FILE');
  }
  throw new Error('it works');
}

test('what the file system refuses is told as any other bad input', () => {
  expect(told(() => mkdirSync(`${here}/sub`, { recursive: true }))).toBe(
    'kinora: FILE/sub: expected room for a folder, and permission to make it, received not a directory',
  );
  expect(told(() => readdirSync(here))).toBe(
    'kinora: FILE: expected a folder, and permission to read it, received not a directory',
  );
});

test('anything else is unexpected', () => {
  expect(told(() => JSON.parse('{'))).toMatch(
    /^kinora: .* \(unexpected: run again with --debug for the stack\)$/,
  );
});
