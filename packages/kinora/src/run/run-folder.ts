/** Where everything of a run stands: `runs/<name>/`. The one place that knows the layout. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { loadConfig, type RunConfig } from '../config/index.js';
import { withLock } from '../files/lock.js';
import { sweep } from './generations.js';

/** Paths in the folder of a run. */
export interface RunFolder {
  readonly path: string;
  /** The effective configuration. */
  readonly config: string;
  /** One JSON object a line: every step and every epoch. */
  readonly metrics: string;
  /** One JSON object a line: the weights of the first convolution, before training and after every epoch. */
  readonly kernels: string;
  /** TensorBoard event files. */
  readonly events: string;
  /** `last` and `best` are links to generations in here. */
  readonly checkpoints: string;
  readonly report: string;
  readonly log: string;
  readonly badClips: string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, 'config.json'),
    metrics: join(path, 'metrics.jsonl'),
    kernels: join(path, 'kernels.jsonl'),
    events: join(path, 'events'),
    checkpoints: join(path, 'checkpoints'),
    report: join(path, 'report'),
    log: join(path, 'log.txt'),
    badClips: join(path, 'bad_clips.csv'),
  };
}

export const runFolderOf = ({ outputDir, name }: Pick<RunConfig, 'outputDir' | 'name'>): RunFolder =>
  runFolder(join(outputDir, name));

/**
 * The configuration that a run was trained with, from its folder, wherever that was moved to; with the checkpoint and the
 * `key=value` changes that are given. A run stands for its own weights, whatever it was initialised from.
 */
export function configOfRunFolder(
  path: string,
  { checkpoint = null, set = [] }: { checkpoint?: string | null; set?: readonly string[] } = {},
): Promise<RunConfig> {
  const own = /^\.*$/.test(basename(path)) ? resolve(path) : path;
  const place = { checkpoint, outputDir: dirname(own), name: basename(own) };
  const changes = Object.entries(place).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return loadConfig(runFolder(path).config, { set: [...changes, ...set] });
}

/** Makes what is not there, and removes what a killed process left half-written. Only for who holds the lock. */
export function makeRunFolder(folder: RunFolder): void {
  for (const path of [folder.path, folder.events, folder.checkpoints]) mkdirSync(path, { recursive: true });
  for (const path of [folder.path, folder.events])
    for (const name of readdirSync(path)) if (/^\..*\.tmp$/.test(name)) rmSync(join(path, name));
  sweep(folder.checkpoints);
}

const ONE_TRAINING = { code: 'train/locked', expected: 'no other training in this run folder' };

/**
 * Runs `work` while no other training can use the run folder. Makes the folder, and removes it again if it was not there
 * before and `work` has left nothing in it.
 *
 * @throws KinoraError `train/locked` where another training holds it
 */
export async function withRunFolder<T>({ path }: RunFolder, work: () => Promise<T>): Promise<T> {
  const made = mkdirSync(path, { recursive: true });
  try {
    return await withLock(join(path, 'training.lock'), ONE_TRAINING, work);
  } finally {
    if (made !== undefined) removeEmpty(path, made);
  }
}

/** From the innermost folder out to the outermost that was made. */
function removeEmpty(path: string, outermost: string): void {
  for (let at = resolve(path); at.length >= resolve(outermost).length; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return; // something is in it: that of a run, or of another one beside it
    }
  }
}

/** Throws `model/missing` where there is nothing at the path of a model. */
export function checkModelPath(path: string): void {
  if (!existsSync(path)) throw noModel(path, 'no such file or folder');
}

/** For a path that leads to no trained model. */
export const noModel = (path: string, received: string): KinoraError =>
  kinoraError('model/missing', path, 'a run folder, a checkpoint or a weights file', received, {
    hint: 'train first, or give the path of a checkpoint',
  });
