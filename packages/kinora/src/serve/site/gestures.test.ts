import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSplit } from '../../data/splits.js';
import { gestureLabels } from '../../data/synth/index.js';
import { openModel } from '../../run/open.js';
import { GESTURES, packagedWeights } from '../../run/packaged.js';
import { configOfRunFolder } from '../../run/run-folder.js';
import { gesturesRun } from './gestures.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-gestures-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the installed network becomes a run folder with clips to show, and stays one', async () => {
  const config = await gesturesRun(folder);
  const path = join(folder, config.name);
  const model = openModel(path);
  model.network.dispose();
  expect(model.spec.labels).toEqual(gestureLabels);
  expect(await configOfRunFolder(path)).toMatchObject({ model: model.name, crop: model.spec.crop });
  const clips = readSplit(config, 'val', model.spec.labels);
  expect(clips?.items).toHaveLength(9);
  const example = join(path, 'examples', '0', '00001.jpg');
  const before = statSync(example).mtimeMs;
  writeFileSync(join(path, 'model.safetensors'), 'of an earlier version');
  await gesturesRun(folder);
  expect(statSync(example).mtimeMs).toBe(before);
  expect(readFileSync(join(path, 'model.safetensors')).equals(readFileSync(packagedWeights(GESTURES)))).toBe(
    true,
  );
});
