import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinoraError } from '@kinora/torch/error';
import { afterAll, expect, test } from 'vitest';
import { describeFailure, nameKeysAs } from './failure.js';
import { configOf } from './run-argument.js';

const here = fileURLToPath(import.meta.url);

/** What the command line prints for what `work` throws. */
function printedFor(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return describeFailure(error, false).text.replaceAll(here, 'FILE');
  }
  throw new Error('it works');
}

test('what the file system refuses is reported like any other bad input', () => {
  expect(printedFor(() => mkdirSync(`${here}/sub`, { recursive: true }))).toBe(
    'kinora: FILE/sub: expected room for a folder, and permission to make it, received not a directory',
  );
  expect(printedFor(() => readdirSync(here))).toBe(
    'kinora: FILE: expected a folder, and permission to read it, received not a directory',
  );
});

test('anything else is unexpected', () => {
  expect(printedFor(() => JSON.parse('{'))).toMatch(
    /^kinora: .* \(unexpected: run again with --debug for the stack\)$/,
  );
});

const folder = mkdtempSync(join(tmpdir(), 'kinora-failure-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [
    '{"batch_size": 8, "num_epochs": 2}',
    'lower batch_size, or raise max_bad_fraction in /data/batchSize/a.json',
  ],
  ['{"batchSize": 8, "num_epochs": 2}', 'lower batchSize, or raise maxBadFraction in /data/batchSize/a.json'],
  ['{"batch_size": 8, "epochs": 2}', 'lower batch_size, or raise maxBadFraction in /data/batchSize/a.json'],
])('keys are named as the configuration spells them: %s', async (text, hint) => {
  const config = join(folder, 'config.json');
  writeFileSync(config, text);
  await configOf({ config }, 'train');
  const error = kinoraError('data/any', undefined, 'fewer epochs', 'clips of loadStateDict()', {
    hint: 'lower batchSize, or raise maxBadFraction in /data/batchSize/a.json',
  });
  expect(describeFailure(error, false).text).toBe(
    `kinora: expected fewer epochs, received clips of loadStateDict(); ${hint}`,
  );
  nameKeysAs(undefined);
  expect(describeFailure(error, false).text).toMatch(/lower batchSize, or raise maxBadFraction/);
});

test('what a disk refuses without a path is one line too; so is a limit, with what to do', () => {
  const failed = (code: string, reason: string, syscall: string, path?: string) =>
    describeFailure(
      Object.assign(new Error(`${code}: ${reason}, ${syscall}`), { code, syscall, path }),
      false,
    ).text;
  expect(failed('EIO', 'i/o error', 'fsync')).toBe(
    'kinora: file system: expected a disk that allows fsync, received i/o error',
  );
  expect(failed('ENOSPC', 'no space left on device', 'rm', '/a')).toBe(
    'kinora: /a: expected a disk that allows rm, received no space left on device',
  );
  expect(failed('EMFILE', 'too many open files', 'open', '/a')).toMatch(
    /received too many open files; raise the limit/,
  );
});
