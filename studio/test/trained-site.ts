/** For tests only: a site whose network was really trained, for seconds, on small pictures of three gestures, and clips it never saw. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildStudioIfChanged } from '../../scripts/studio.mjs';

const MAIN = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));

export const GESTURES = ['Swiping Left', 'Swiping Right', 'Stop Sign'] as const;
export type Gesture = (typeof GESTURES)[number];

export interface TrainedSite {
  readonly folder: string;
  /** Where tests may write. */
  readonly scratch: string;
  /** Folders of the clips of a label of the data set. */
  clips(label: string, split?: 'train' | 'validation'): string[];
  remove(): void;
}

export async function makeTrainedSite(): Promise<TrainedSite> {
  await buildStudioIfChanged();
  const scratch = mkdtempSync(join(tmpdir(), 'kinora-live-'));
  const kinora = async (...words: string[]): Promise<void> => {
    await promisify(execFile)(process.execPath, [MAIN, ...words], { cwd: scratch });
  };
  await kinora('synth', '--out', 'data', ...COUNTS.split(' '));
  writeFileSync(join(scratch, 'labels.csv'), `${GESTURES.join('\n')}\n`);
  writeFileSync(join(scratch, 'config.json'), JSON.stringify(CONFIG));
  await kinora('train', '--config', 'config.json');
  await kinora('studio', 'build', '--run', 'runs/three', '--out', 'site');
  return {
    folder: join(scratch, 'site'),
    scratch,
    clips: (label, split = 'validation') =>
      readFileSync(join(scratch, `data/${split}.csv`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(';'))
        .filter((cells) => cells[1] === label)
        .map(([id]) => join(scratch, 'data/clips', id!)),
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

const COUNTS = '--clips-per-class 8 --validation-per-class 2 --test-per-class 0 --people 20';

const CONFIG = {
  model_name: 'three',
  model: 'ConvColumnSmall',
  train_data_folder: 'data/clips',
  train_data_csv: 'data/train.csv',
  val_data_csv: 'data/validation.csv',
  labels_csv: 'labels.csv',
  unknown_labels: 'drop',
  resize: { rule: 'height', height: 48 },
  crop: { height: 42, width: 42 },
  clip_size: 16,
  batch_size: 8,
  num_workers: 0,
  threads: 1,
  num_epochs: 16,
  optimizer: 'adamw',
  lr: 0.004,
  schedule: { name: 'one_cycle' },
};
