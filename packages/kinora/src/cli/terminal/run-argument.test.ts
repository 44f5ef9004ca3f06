import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveConfig } from '../../config/index.js';
import { TinyData, trainSession } from '../../train/tiny-run.test.util.js';
import { configOf, configOfFolder, configOfRun, workOnRun } from './run-argument.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-run-argument-'));
const run = join(folder, 'runs', 'mine');
const checkpoint = join(run, 'checkpoints', 'last');
const weights = join(checkpoint, 'model.safetensors');
const elsewhere = join(folder, 'elsewhere.safetensors');
const config = join(folder, 'config.json');
mkdirSync(checkpoint, { recursive: true });
const written = JSON.stringify(effectiveConfig({ name: 'mine', lr: 0.1 }));
for (const file of [join(run, 'config.json'), config]) writeFileSync(file, written);
for (const file of [weights, elsewhere]) writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the configuration of RUN', () => {
  test('a run folder has its own, with changes', async () => {
    const found = await configOfRun(run, { set: ['lr=0.5'] }, 'eval');
    expect(found).toMatchObject({ lr: 0.5, checkpoint: null });
    expect(join(found.outputDir, found.name)).toBe(run); // wherever it lay when it was made
  });

  test.each([checkpoint, weights])('a checkpoint in a run folder has that of the run: %s', async (path) => {
    const found = await configOfRun(path, {}, 'eval');
    expect(found).toMatchObject({ lr: 0.1, checkpoint: path });
    expect(join(found.outputDir, found.name)).toBe(run);
  });

  test('a checkpoint elsewhere needs --config, and is not taken for one of a folder of configurations', async () => {
    expect(await configOfRun(elsewhere, { config }, 'eval')).toMatchObject({ checkpoint: elsewhere });
    await expect(configOfRun(elsewhere, {}, 'eval')).rejects.toThrow(/give the configuration with --config/);
  });

  test('without RUN, --config names the run', async () => {
    expect(await configOfRun(undefined, { config }, 'eval')).toMatchObject({ name: 'mine', lr: 0.1 });
    await expect(configOfRun(undefined, {}, 'eval')).rejects.toThrow(
      'kinora eval: expected RUN, a run folder or a checkpoint file, or the --config of a run, received nothing; for example kinora eval runs/demo',
    );
  });

  test('a run folder and --config are two configurations', async () => {
    await expect(configOfRun(run, { config }, 'eval')).rejects.toThrow(/without --config.*received both/);
  });

  test('a folder that is no run', async () => {
    await expect(configOfRun(join(folder, 'no'), {}, 'eval')).rejects.toThrow(
      /no: expected a run folder, a checkpoint or a weights file, received no such file or folder; train first/,
    );
    await expect(configOfRun(join(folder, 'runs'), {}, 'eval')).rejects.toThrow(
      /runs: expected a run folder, which has a config\.json/,
    );
  });

  test('what needs the whole run names its folder', async () => {
    expect(await configOfFolder(run)).toMatchObject({ name: 'mine', checkpoint: null });
    await expect(configOfFolder(weights)).rejects.toThrow(
      new RegExp(`received a checkpoint inside one; use ${run}$`),
    );
  });
});

test('--set cannot change the preprocessing that a network was trained with', async () => {
  const data = new TinyData();
  const trained = data.config('trained', { epochs: 1 });
  await trainSession(trained);
  const path = data.at('runs/trained');
  const start = (...set: string[]) => workOnRun('eval', path, { set, useGpu: false }, async (own) => own);
  await expect(start('sampling=uniform')).rejects.toThrow(
    'kinora eval --set sampling: expected "dense", with which the network was trained, received "uniform"; leave it out',
  );
  await expect(start('lr=0.1', 'step_size=2')).rejects.toThrow(/--set stride: expected 1, .*received 2/);
  expect((await start('sampling=dense', 'evalClips=2')).result).toMatchObject({ evalClips: 2 });
  data.remove();
});

test('--config must be given where nothing else names a configuration', async () => {
  await expect(configOf({}, 'train')).rejects.toThrow(
    'kinora train: expected --config with a JSON file, received nothing',
  );
});
