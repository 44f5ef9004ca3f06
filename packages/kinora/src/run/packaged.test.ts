import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { weightsFile } from './checkpoint.js';
import { GESTURES, isPackaged, packagedWeights } from './packaged.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kinora-packaged-')));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterEach(() => rmSync(join(folder, 'node_modules'), { recursive: true, force: true }));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** Installs a package as npm would. */
function install(name: string, manifest: object, files: readonly string[] = []): string {
  const place = join(folder, 'node_modules', name);
  mkdirSync(join(place, 'model'), { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  for (const file of files) writeFileSync(join(place, file), '');
  return place;
}

test('the name of a package is one with a scope, unless there is such a folder', () => {
  expect(isPackaged('@kinora/gestures')).toBe(true);
  for (const path of ['runs/demo', 'model.safetensors', './@a/b', '@a', '@a/b/c', '@a/../b'])
    expect(isPackaged(path)).toBe(false);
  mkdirSync(join(folder, '@mine', 'run'), { recursive: true });
  expect(isPackaged('@mine/run')).toBe(false);
});

test('a package of the project is opened, before the one that Kinora was installed with', () => {
  const manifest = { kinora: { weights: 'model/net.safetensors' } };
  const place = install('@a/net', manifest, ['model/net.safetensors']);
  expect(weightsFile('@a/net')).toBe(join(place, 'model', 'net.safetensors'));
  expect(packagedWeights(GESTURES)).toMatch(/gestures[/\\]model[/\\]gestures\.safetensors$/);
  const own = install(GESTURES, manifest, ['model/net.safetensors']);
  expect(packagedWeights(GESTURES)).toBe(join(own, 'model', 'net.safetensors'));
});

test('one that is not installed, or no model, ends with what to do', () => {
  expect(() => packagedWeights('@a/missing')).toThrow(
    '@a/missing: expected a package with a trained network that is installed, received none of this name; install it with npm install @a/missing, or give a run folder or a file of weights',
  );
  install('@a/other', {});
  expect(() => packagedWeights('@a/other')).toThrow(
    /names its weights as kinora\.weights, received .* without them/,
  );
  install('@a/gone', { kinora: { weights: 'model/gone.safetensors' } });
  expect(() => packagedWeights('@a/gone')).toThrow(/received model\/gone\.safetensors, which is not there/);
});

test('weights outside the package are refused', () => {
  writeFileSync(join(folder, 'secret.safetensors'), '');
  install('@a/out', { kinora: { weights: '../../../secret.safetensors' } });
  expect(() => packagedWeights('@a/out')).toThrow(/received \.\.\/\.\.\/\.\.\/secret\.safetensors/);
});
