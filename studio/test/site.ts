/** For tests only: a site of a network trained for a moment on synthetic gestures, made by the program as a user starts it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildStudioIfChanged } from '../../scripts/studio.mjs';

const MAIN = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));

export interface TestSite {
  readonly folder: string;
  remove(): void;
}

export async function makeSite(): Promise<TestSite> {
  await buildStudioIfChanged();
  const folder = mkdtempSync(join(tmpdir(), 'kinora-studio-'));
  const kinora = async (...words: string[]): Promise<void> => {
    await promisify(execFile)(process.execPath, [MAIN, ...words], { cwd: folder });
  };
  await kinora('synth', '--out', 'data', ...COUNTS);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG));
  await kinora('train', '--config', 'config.json');
  const frames = ['model_name=demo-frame', 'model=FrameColumnSmall', 'clip_size=1', 'sampling=uniform'];
  await kinora('train', '--config', 'config.json', ...frames.flatMap((change) => ['--set', change]));
  await kinora('studio', 'build', '--run', 'runs/demo', '--out', 'site');
  return { folder: join(folder, 'site'), remove: () => rmSync(folder, { recursive: true }) };
}

/** One clip of each gesture to train on and one to show. */
const COUNTS = [
  '--clips-per-class',
  '1',
  '--validation-per-class',
  '1',
  '--test-per-class',
  '0',
  '--people',
  '10',
];

const CONFIG = {
  model_name: 'demo',
  model: 'ConvColumnSmall',
  train_data_folder: 'data/clips',
  train_data_csv: 'data/train.csv',
  val_data_csv: 'data/validation.csv',
  labels_csv: 'data/labels.csv',
  clip_size: 16,
  batch_size: 9,
  num_workers: 0,
  threads: 1,
  num_epochs: 1,
};
