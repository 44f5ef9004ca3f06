/**
 * Where a run begins: anew, with weights that its configuration names, or where its last checkpoint stands. A resumed
 * run goes on under the configuration of today; what differs from yesterday's is told.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { readWeights } from '../model/weights.js';
import type { Progress } from '../progress.js';
import {
  type CheckpointState,
  isCheckpoint,
  readState,
  restoreCheckpoint,
  type TrainingProgress,
} from './checkpoint.js';
import { type RunFolder, runFolderOf } from './run-folder.js';
import { noSums } from './sums.js';
import type { Training } from './training.js';

export interface Beginning {
  readonly from: 'nothing' | 'weights' | 'checkpoint';
  /** File of the weights, folder of the checkpoint; empty for nothing. */
  readonly path: string;
}

const lastOf = (folder: RunFolder): string => join(folder.checkpoints, 'last');

/** Whether the run was begun, so that it can be resumed. */
export const hasCheckpoint = (config: RunConfig): boolean => isCheckpoint(lastOf(runFolderOf(config)));

/**
 * Looks where to begin; touches nothing. Throws `train/run-exists` for a run with checkpoints that is not to be
 * resumed, and `train/nothing-to-resume` where there is neither run nor weights.
 */
export function findBeginning(config: RunConfig, resume: boolean): Beginning {
  const folder = runFolderOf(config);
  if (hasCheckpoint(config)) {
    if (!resume) throw runExists(folder);
    return { from: 'checkpoint', path: lastOf(folder) };
  }
  const { checkpoint } = config;
  if (resume && checkpoint !== null && existsSync(checkpoint)) return { from: 'weights', path: checkpoint };
  // A run that was killed before its first checkpoint stands at its first step.
  if (resume && !existsSync(folder.config)) throw nothingToResume(folder);
  return { from: 'nothing', path: '' };
}

/** Puts what is there into `training` and returns where it stands. Throws `checkpoint/*` where that does not fit. */
export function begin({ from, path }: Beginning, training: Training, progress: Progress): TrainingProgress {
  if (from === 'checkpoint') return restore(path, training, progress);
  if (from === 'weights') takeWeights(path, training, progress);
  return { step: 0, epoch: 0, batch: 0, sums: noSums(), best: null };
}

function takeWeights(path: string, { network, average }: Training, progress: Progress): void {
  const weights = readWeights(path);
  try {
    network.loadStateDict(weights);
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
  average?.begin(network);
  progress.log(`weights from ${path}; it holds no optimizer of ours, which starts anew`);
}

function restore(path: string, training: Training, progress: Progress): TrainingProgress {
  const saved = readState(path);
  checkNetwork(path, saved, training);
  restoreCheckpoint(path, saved, training);
  const changed = changedKeys(saved.config, training.config);
  if (changed.length > 0) progress.log(`resuming with other settings than before: ${changed.join(', ')}`);
  return saved.progress;
}

/** The same network, whose outputs mean the same. */
function checkNetwork(path: string, { config, spec }: CheckpointState, training: Training): void {
  const { model } = training.config;
  if (config.model !== model) {
    throw otherNetwork(path, `a checkpoint of ${model}`, `one of ${config.model}`, 'model');
  }
  const [before, now] = [spec.labels, training.spec.labels];
  const length = Math.max(before.length, now.length);
  const differs = Array.from({ length }, (_, i) => i).find((i) => before[i] !== now[i]);
  if (differs === undefined) return;
  const name = (labels: readonly string[]) =>
    labels[differs] === undefined ? 'none' : `"${labels[differs]}"`;
  throw otherNetwork(path, `label ${differs + 1} to be ${name(now)}`, name(before), 'labels');
}

/** Keys that do not change what is computed. */
const HARMLESS = new Set([
  'num_workers',
  'print_freq',
  'save_steps',
  'histograms',
  'log_clips',
  'output_dir',
  'checkpoint',
  'test_data_csv',
]);

/** Keys that only say when training ends, unless the schedule is stretched over all of it. */
const LENGTH = new Set(['num_epochs', 'max_steps']);

/** What differs between two configurations and changes what is computed, as `key before -> now`. */
export function changedKeys(before: Readonly<Record<string, unknown>>, now: RunConfig): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  const stretched = now.schedule.name === 'cosine' || now.schedule.name === 'one_cycle';
  return Object.entries(now)
    .filter(([key]) => !HARMLESS.has(key) && (stretched || !LENGTH.has(key)))
    .filter(([key, value]) => text(before[key]) !== text(value))
    .map(([key, value]) => `${key} ${text(before[key])} -> ${text(value)}`);
}

const otherNetwork = (path: string, expected: string, received: string, what: string): KinoraError =>
  new KinoraError({
    code: 'checkpoint/other-network',
    where: path,
    expected: `${expected}, as the configuration says`,
    received,
    hint: `resume with the ${what} of the checkpoint, or choose another name with --set model_name=...`,
  });

const runExists = (folder: RunFolder): KinoraError =>
  new KinoraError({
    code: 'train/run-exists',
    where: folder.path,
    expected: 'a run that does not exist yet',
    received: 'one with checkpoints',
    hint: 'go on with --resume, or choose another name with --set model_name=...',
  });

const nothingToResume = (folder: RunFolder): KinoraError =>
  new KinoraError({
    code: 'train/nothing-to-resume',
    where: folder.path,
    expected: 'a checkpoint to go on from',
    received: 'none',
    hint: 'train without --resume first',
  });
