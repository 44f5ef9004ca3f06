import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silent } from '../packages/torch/install/index.mjs';
import { areInstalled, ensureDependencies } from './dependencies.mjs';

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kinora-dependencies-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const LEFT = {
  version: '1.0.0',
  resolved: 'http://127.0.0.1:9/left-1.0.0.tgz',
  integrity: `sha512-${'A'.repeat(86)}==`,
};

/** @param {string} file @param {Record<string, object>} packages */
function writeLock(file, packages) {
  const text = JSON.stringify({ name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true, packages });
  writeFileSync(join(root, file), text);
}

/** @param {Record<string, object>} [installed] */
function project(installed) {
  const manifest = { name: 'x', version: '1.0.0', dependencies: { left: '1.0.0' } };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  writeLock('package-lock.json', {
    '': manifest,
    'node_modules/left': LEFT,
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  });
  if (installed === undefined) return;
  for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true });
  writeLock('node_modules/.package-lock.json', installed);
}

describe('areInstalled', () => {
  test('yes: the same version and contents, optional packages of other platforms aside', () => {
    project({ 'node_modules/left': LEFT });
    expect(areInstalled(root)).toBe(true);
  });

  test('no: never installed, or an installation that did not come through', () => {
    project();
    expect(areInstalled(root)).toBe(false);
    mkdirSync(join(root, 'node_modules/left'), { recursive: true });
    expect(areInstalled(root)).toBe(false);
  });

  test('no: another version, other contents, or a folder removed by hand', () => {
    project({ 'node_modules/left': { ...LEFT, version: '0.9.0' } });
    expect(areInstalled(root)).toBe(false);
    project({ 'node_modules/left': { ...LEFT, integrity: 'sha512-B' } });
    expect(areInstalled(root)).toBe(false);
    project({ 'node_modules/left': LEFT });
    rmSync(join(root, 'node_modules/left'), { recursive: true });
    expect(areInstalled(root)).toBe(false);
  });
});

test('the lock file of this project lists the optional packages of every platform, without which npm ci refuses it', () => {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
  /** @type {Record<string, { optionalDependencies?: Record<string, string> }>} */
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

test('no registry: one message, even in a quiet npm, and no half of node_modules', async () => {
  project();
  vi.stubEnv('npm_config_loglevel', 'silent');
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/');
  vi.stubEnv('npm_config_fetch_retries', '0');
  vi.stubEnv('npm_config_cache', join(root, 'cache'));
  await expect(ensureDependencies(root, silent)).rejects.toMatchObject({
    code: 'setup/no-network',
    message: expect.stringMatching(
      /^npm ci: expected a package registry that responds, received .*; check the network/,
    ),
  });
  expect(existsSync(join(root, 'node_modules'))).toBe(false);
});
