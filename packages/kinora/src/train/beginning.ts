/**
 * Where a run begins: anew, with weights that its configuration names, or where its last checkpoint stands. A resumed
 * run continues under the current configuration; differences from the earlier one are reported.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { readWeights } from '../model/weights.js';
import type { Progress } from '../progress.js';
import {
  configOf,
  hasCheckpoint,
  isCheckpoint,
  readState,
  restoreCheckpoint,
  weightsFile,
} from '../run/checkpoint.js';
import { type Link, linked, pointAt } from '../run/generations.js';
import { type RunFolder, runFolderOf } from '../run/run-folder.js';
import { describeInit, initFrom } from './recipe/init-from.js';
import { changedKeys, checkFits } from './resume-check.js';
import type { Training } from './training.js';

export interface Beginning {
  readonly from: 'nothing' | 'other-weights' | 'weights' | 'checkpoint';
  /** File of the weights, folder of the checkpoint; empty for nothing. */
  readonly path: string;
}

/** Of a rank that begins where rank 0 does. */
export const NOTHING: Beginning = { from: 'nothing', path: '' };

/**
 * Looks where to begin; touches nothing. Throws `train/run-exists` for a run with checkpoints that is not to be
 * resumed, and `train/nothing-to-resume` where there is neither run nor weights.
 */
export function findBeginning(config: RunConfig, resume: boolean | Link): Beginning {
  const folder = runFolderOf(config);
  if (hasCheckpoint(config)) {
    if (resume === false) throw runExists(folder);
    const path = join(folder.checkpoints, resume === true ? 'last' : resume);
    if (!isCheckpoint(path)) throw nothingToResume(folder, `a ${resume} checkpoint`, 'go on with --resume');
    return { from: 'checkpoint', path };
  }
  const { checkpoint } = config;
  if (resume && checkpoint !== null && existsSync(checkpoint)) return { from: 'weights', path: checkpoint };
  // A run that was killed before its first checkpoint stands at its first step.
  if (resume && !existsSync(folder.config)) throw nothingToResume(folder);
  if (config.initFrom !== null) return { from: 'other-weights', path: weightsFile(config.initFrom) };
  return NOTHING;
}

/** Takes the weights that `initFrom` names, before anything is written, and returns a report. */
export function initialise({ from, path }: Beginning, training: Training): string[] {
  if (from !== 'other-weights') return [];
  const { network, average, spec, config } = training;
  const report = initFrom(network, path, { model: config.model, classes: spec.labels.length });
  average?.begin(network);
  return describeInit(report, path);
}

/** Puts what is there into `training`. Throws `checkpoint/*` where that does not fit. */
export function begin({ from, path }: Beginning, training: Training, progress: Progress): void {
  if (from === 'checkpoint') restore(path, training, progress);
  if (from === 'weights') takeWeights(path, training, progress);
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

function restore(path: string, training: Training, progress: Progress): void {
  const saved = readState(path);
  checkFits(path, saved, training);
  restoreCheckpoint(path, saved, training);
  discardLater(path);
  // Completed by today's defaults: a key that did not exist then has not changed.
  const changed = changedKeys(configOf(saved, path), training.config);
  if (changed.length > 0) progress.log(`resuming with other settings than before: ${changed.join(', ')}`);
}

/** Makes the checkpoint the last one: what came after it is discarded. */
function discardLater(path: string): void {
  const folder = dirname(path);
  const generation = linked(folder, basename(path) as Link);
  if (generation !== undefined && generation !== linked(folder, 'last')) pointAt(folder, 'last', generation);
}

const runExists = (folder: RunFolder): KinoraError =>
  kinoraError('train/run-exists', folder.path, 'a run that does not exist yet', 'one with checkpoints', {
    hint: 'go on with --resume, or choose another name with --set name=...',
  });

const nothingToResume = (
  folder: RunFolder,
  what = 'a checkpoint',
  hint = 'train without --resume first',
): KinoraError =>
  kinoraError('train/nothing-to-resume', folder.path, `${what} to go on from`, 'none', { hint });
