/**
 * For tests only: a site of networks trained for seconds on small pictures of three gestures, built with the command line
 * as a user would. All suites share it, and so do later runs of the same code.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { globSync } from '../../scripts/glob.mjs';
import { buildStudioIfChanged } from '../../scripts/studio.mjs';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MAIN = at('packages/kinora/dist/cli/main.js');
const CACHE = at('.cache/studio-test');

export const GESTURES = ['Swiping Left', 'Swiping Right', 'Stop Sign'] as const;
export type Gesture = (typeof GESTURES)[number];

/** Milliseconds that a suite waits for the site, which the first suite builds. */
export const HOOK = 20 * 60_000;

/** Labels of sixty letters: one has spaces to break at, the other none. */
const LONG = {
  'Swiping Left': 'Swinging the open right hand from one side to the other side',
  'Stop Sign': 'Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen',
};

export interface TestSite {
  readonly folder: string;
  /** The site of another network, with two classes with long names. */
  readonly long: string;
  /** The run folder of the site's network. */
  readonly run: string;
  /** A folder for files of this suite. */
  readonly scratch: string;
  /** Folders of the clips of a label in the data set. */
  clips(label: string, split?: 'train' | 'validation'): string[];
  /** Removes the files of the suite; the site remains. */
  remove(): void;
}

export async function makeSite(): Promise<TestSite> {
  mkdirSync(CACHE, { recursive: true });
  const [folder, long] = await oneAtATime(join(CACHE, 'lock'), async () => {
    await buildStudioIfChanged();
    const work = await train(join(CACHE, stateOf('packages/torch/dist', 'packages/kinora/dist')));
    const state = stateOf('packages/kinora/dist/studio');
    const build = async (run: string): Promise<string> => {
      const site = join(work, `${run}-${state}`);
      if (!existsSync(site)) await kinora(work, 'studio', 'build', `runs/${run}`, '--out', site);
      return site;
    };
    return [await build('three'), await build('long')] as const;
  });
  const scratch = mkdtempSync(join(tmpdir(), 'kinora-studio-'));
  return {
    folder,
    long,
    run: join(dirname(folder), 'runs/three'),
    scratch,
    clips: (label, split = 'validation') =>
      readFileSync(join(CACHE, `data/${split}.csv`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(';'))
        .filter((cells) => cells[1] === label)
        .map(([id]) => join(CACHE, 'data/clips', id!)),
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

/** Trains unless that has been done, and removes runs made by other versions of the code. Returns `folder`. */
async function train(folder: string): Promise<string> {
  if (existsSync(folder)) return folder;
  for (const name of readdirSync(CACHE))
    if (name !== 'data' && name !== 'lock') rmSync(join(CACHE, name), { recursive: true });
  const work = mkdtempSync(join(CACHE, 'making-'));
  await kinora(work, 'synth', '--out', '../data', ...COUNTS.split(' '));
  writeFileSync(join(work, 'labels.csv'), `${GESTURES.join('\n')}\n`);
  writeFileSync(join(work, 'config.json'), JSON.stringify(CONFIG));
  writeFileSync(join(work, 'long.csv'), `${Object.values(LONG).join('\n')}\n`);
  for (const list of ['train', 'validation']) writeFileSync(join(work, `long-${list}.csv`), longList(list));
  for (const changes of RUNS)
    await kinora(work, 'train', '--config', 'config.json', ...changes.flatMap((change) => ['--set', change]));
  await kinora(work, 'background', 'runs/three', ...BACKGROUND.split(' '));
  await kinora(work, 'ensemble', 'runs/three', 'runs/other', '--folds', '2');
  renameSync(work, folder);
  return folder;
}

/** The clips of the renamed gestures. */
function longList(list: string): string {
  const lines = readFileSync(join(CACHE, `data/${list}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  const cells = lines.map((line) => line.split(';') as [string, string]);
  return cells
    .flatMap(([id, label]) => (label in LONG ? `${id};${LONG[label as keyof typeof LONG]}\n` : []))
    .join('');
}

/** Waits for another process that is building the site, but not for one that has died. */
async function oneAtATime<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!took(lock)) await setTimeout(250);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function took(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (existsSync(lock) && !isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock, { force: true });
    return false;
  }
}

/** A lock file that is still empty belongs to a process that is just writing it. */
function isAlive(pid: number): boolean {
  try {
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function kinora(folder: string, ...words: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [MAIN, ...words], { cwd: folder });
}

/** Hash of the built files in these folders, without the app unless it is one of them, and of the options below. */
function stateOf(...folders: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([COUNTS, CONFIG, RUNS, LONG, BACKGROUND]));
  for (const folder of folders)
    for (const file of globSync(at(folder), ''))
      if (isCode(relative(at(folder), file)) && statSync(file).isFile())
        hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const isCode = (file: string): boolean => !/[.]map$|[.]test[.]|^studio\//.test(file);

const COUNTS = '--clips-per-class 8 --validation-per-class 2 --test-per-class 0 --people 20';

const CONFIG = {
  name: 'three',
  model: 'ConvColumnSmall',
  trainFolder: '../data/clips',
  trainList: '../data/train.csv',
  validationList: '../data/validation.csv',
  labelsFile: 'labels.csv',
  unknownLabels: 'drop',
  resize: { rule: 'height', height: 48 },
  crop: { height: 42, width: 42 },
  frames: 16,
  mirrored: true,
  batchSize: 8,
  workers: 0,
  threads: 1,
  epochs: 16,
  optimizer: 'adamw',
  lr: 0.004,
  schedule: { name: 'one_cycle' },
};

/** All gestures of people who are not in the training clips. */
const BACKGROUND = '--clips ../data/validation.csv --folder ../data/clips';

/** The site's network, another one for an ensemble with it, a 2D one, and one for classes with long names. */
const RUNS = [
  [],
  ['name=other', 'seed=2', 'epochs=4'],
  ['name=three-frame', 'model=SingleFrameSmall', 'frames=1', 'sampling=uniform', 'epochs=1'],
  [
    'name=long',
    'model=ResNet3DSmall',
    'epochs=1',
    'trainList=long-train.csv',
    'validationList=long-validation.csv',
    'labelsFile=long.csv',
  ],
];
