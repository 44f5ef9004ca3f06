import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { effectiveConfig, type RunConfig } from '../../config/index.js';
import { buildApp, buildSite } from './build.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (model: string): RunConfig => effectiveConfig({ name: 'a', model });
const build = (runs: { run: RunConfig; frameRun?: RunConfig }, out = 'site') =>
  buildSite({ ...runs, compare: 'none', ensemble: 'none' }, join(folder, out));

it('refuses networks that no page can run, before it makes anything', async () => {
  const refused = { code: 'site/flow', message: expect.stringContaining('TwoStreamSmall') };
  await expect(build({ run: run('TwoStreamSmall') })).rejects.toMatchObject(refused);
  const beside = { run: run('ConvColumnSmall'), frameRun: run('TwoStreamSmall') };
  await expect(build(beside)).rejects.toMatchObject(refused);
  expect(readdirSync(folder)).toEqual([]);
});

it('replaces nothing but a site', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await expect(build({ run: run('ConvColumnSmall') }, '.')).rejects.toMatchObject({ code: 'site/target' });
  await expect(buildApp(folder)).rejects.toMatchObject({ code: 'site/target' });
  expect(readdirSync(folder)).toEqual(['notes.txt']);
});

it('replaces the app without data too, which a project was served with before it had a run', async () => {
  const worker = join(folder, 'site', 'service-worker.js');
  mkdirSync(join(folder, 'site'));
  writeFileSync(worker, 'const { files } = self.KINORA_FILES;');
  // It fails later: there is no such run, or in a repository whose studio is not built, no app.
  await expect(build({ run: run('ConvColumnSmall') })).rejects.not.toMatchObject({ code: 'site/target' });
  writeFileSync(worker, 'const { files } = self.OTHER_FILES;');
  await expect(build({ run: run('ConvColumnSmall') })).rejects.toMatchObject({ code: 'site/target' });
});

it('removes what killed builds left, and nothing else', async () => {
  for (const name of ['.site-a1B2c3', '.site-notes', '.other-a1B2c3']) mkdirSync(join(folder, name));
  await expect(build({ run: run('ConvColumnSmall') })).rejects.toThrow();
  expect(readdirSync(folder).sort()).toEqual(['.other-a1B2c3', '.site-notes']);
});
