import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { effectiveConfig } from '../../config/index.js';
import { fingerprintFiles, rankFacts } from './facts.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-facts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of these files. */
function program(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, '..'), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

test('copies of a program agree; a changed, a new and a renamed file do not', () => {
  const files = { 'main.js': 'train()', 'deep/loss.js': 'nll' };
  const fingerprint = fingerprintFiles([program('first', files)]);
  expect(fingerprintFiles([program('copy', { ...files, 'main.test.js': 'expect()', 'notes.txt': '' })])).toBe(
    fingerprint,
  );
  const others = [
    { ...files, 'deep/loss.js': 'mse' },
    { ...files, 'new.js': '' },
    { 'main.js': 'train()', 'deep/cost.js': 'nll' },
  ];
  for (const [i, other] of others.entries())
    expect(fingerprintFiles([program(`other-${i}`, other)])).not.toBe(fingerprint);
});

test('the configuration counts, but not where things lie', () => {
  const lists = { train: { clips: 1, sha256: '0' }, val: null };
  const facts = (changes: Record<string, unknown>) =>
    rankFacts(effectiveConfig({ name: 'a', ...changes }), lists).config;
  const here = facts({ outputDir: 'runs', trainFolder: '/disk/clips', workers: 1 });
  expect(facts({ outputDir: '/else', trainFolder: '/copy/clips', workers: 8 })).toEqual(here);
  expect(facts({ outputDir: 'runs', lr: 0.5 })).not.toEqual(here);
});
