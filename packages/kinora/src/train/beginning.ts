/**
 * Where a run begins: anew, with weights that its configuration names, or at one of its checkpoints, if that fits what is to be
 * trained now. A resumed run continues under the current configuration, and reports how it differs from the earlier one.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { type RunConfig, spelled } from '../config/index.js';
import type { ListFingerprint } from '../data/lists/clip-list.js';
import { SPLIT_KEYS } from '../data/splits.js';
import { readWeights } from '../model/weights.js';
import {
  type CheckpointState,
  checkWhole,
  configOf,
  findCheckpoint,
  hasCheckpoint,
  readState,
  restoreCheckpoint,
  weightsFile,
} from '../run/checkpoint.js';
import { generations, type Link } from '../run/generations.js';
import { type RunFolder, runFolderOf } from '../run/run-folder.js';
import { describeInit, initFrom } from './recipe/init-from.js';
import type { Training } from './training.js';

export interface Beginning {
  readonly from: 'nothing' | 'other-weights' | 'weights' | 'checkpoint';
  /** File of the weights, folder of the checkpoint; empty for nothing. */
  readonly path: string;
}

/** Of a rank that begins where rank 0 does. */
export const NOTHING: Beginning = { from: 'nothing', path: '' };

/**
 * Finds where to begin; writes nothing. Throws `train/run-exists` for a run with checkpoints that is not to be resumed,
 * `train/nothing-to-resume` where there is neither run nor weights, and `checkpoint/damaged` where no checkpoint is whole.
 */
export function findBeginning(config: RunConfig, resume: boolean | Link): Beginning {
  const folder = runFolderOf(config);
  if (hasCheckpoint(config)) {
    if (resume === false) throw runExists(folder);
    return { from: 'checkpoint', path: checkpointOf(folder, resume === true ? 'last' : resume) };
  }
  const { checkpoint } = config;
  if (resume && checkpoint !== null && existsSync(checkpoint)) return { from: 'weights', path: checkpoint };
  // A run that was killed before its first checkpoint is still at its first step.
  if (resume && !existsSync(folder.config)) throw nothingToResume(folder);
  if (config.initFrom !== null) return { from: 'other-weights', path: weightsFile(config.initFrom) };
  return NOTHING;
}

function checkpointOf(folder: RunFolder, link: Link): string {
  const { checkpoints } = folder;
  const path = findCheckpoint(checkpoints, link);
  if (path !== undefined) return path;
  if (findCheckpoint(checkpoints, 'last') === undefined)
    checkWhole(join(checkpoints, generations(checkpoints)[0]!));
  throw nothingToResume(folder, `a ${link} checkpoint`, 'use --resume to continue from the last checkpoint');
}

/**
 * Puts the weights or the checkpoint into `training`, and returns lines that report it. Writes nothing. Throws `checkpoint/*`
 * where the checkpoint does not fit.
 */
export function begin({ from, path }: Beginning, training: Training): string[] {
  switch (from) {
    case 'nothing':
      return [];
    case 'other-weights':
      return takeOtherWeights(path, training);
    case 'weights':
      return takeWeights(path, training);
    case 'checkpoint':
      return restore(path, training);
    default:
      return from satisfies never;
  }
}

/** Of another run, as far as they fit: `initFrom`. */
function takeOtherWeights(path: string, { network, average, spec, config }: Training): string[] {
  const report = initFrom(network, path, { model: config.model, classes: spec.labels.length });
  average?.begin(network);
  return describeInit(report, path);
}

function takeWeights(path: string, { network, average }: Training): string[] {
  const weights = readWeights(path);
  try {
    network.loadStateDict(weights);
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
  average?.begin(network);
  return [
    `weights from ${path}; the optimizer starts anew, because the file has no optimizer state of Kinora's`,
  ];
}

function restore(path: string, training: Training): string[] {
  const saved = readState(path);
  checkFits(path, saved, training);
  restoreCheckpoint(path, saved, training);
  // Completed by today's defaults: a key that did not exist then has not changed.
  const changed = changedKeys(configOf(saved, path), training.config);
  return [
    ...(basename(path).startsWith('step-')
      ? [`the link to the checkpoint is missing: resuming from ${path}`]
      : []),
    ...(changed.length > 0 ? [`resuming with changed settings: ${changed.join(', ')}`] : []),
  ];
}

const runExists = (folder: RunFolder): KinoraError =>
  kinoraError('train/run-exists', folder.path, 'a run that does not exist yet', 'one with checkpoints', {
    hint: 'use --resume to continue it, or choose another name with --set name=...',
  });

const nothingToResume = (
  folder: RunFolder,
  what = 'a checkpoint',
  hint = 'train without --resume first',
): KinoraError =>
  kinoraError('train/nothing-to-resume', folder.path, `${what} to resume from`, 'none', { hint });

/**
 * Throws `checkpoint/*` unless the checkpoint at `path` has the same network, outputs, parameter groups and lists. Other
 * settings may differ.
 */
function checkFits(path: string, saved: CheckpointState, training: Training): void {
  checkNetwork(path, saved, training);
  checkGroups(path, saved, training);
  checkLists(path, saved, training);
  checkTeacher(path, saved, training);
}

/** The same network, with the same labels on its outputs. */
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

/** The same lists: order and random draws of an epoch depend on positions in them, and `best` on the validation clips. */
function checkLists(path: string, { lists }: CheckpointState, { config, lists: now }: Training): void {
  for (const split of ['train', 'val'] as const) {
    const before = lists?.[split];
    if (lists === undefined || before?.sha256 === now[split]?.sha256) continue;
    const described = (list: ListFingerprint | null | undefined) =>
      list ? `${list.clips} clips (sha256 ${list.sha256.slice(0, 12)})` : 'none';
    throw kinoraError(
      'checkpoint/other-list',
      config[SPLIT_KEYS[split].list] ?? config[SPLIT_KEYS[split].folder] ?? SPLIT_KEYS[split].list,
      {
        expected: `the ${split === 'train' ? 'training' : 'validation'} list that ${path} was made with, ${described(before)}`,
        received: described(now[split]),
        hint: 'restore the list, or start another run with --init-from and the folder of this one',
      },
    );
  }
}

/** The same weights teach; a path may have changed, and a teacher may come or go. */
function checkTeacher(path: string, saved: CheckpointState, { config, teacher }: Training): void {
  if (saved.teacher === undefined || teacher === null || saved.teacher === teacher.fingerprint) return;
  throw kinoraError('checkpoint/other-teacher', `${spelled(config, 'teacher')}, ${config.teacher}`, {
    expected: `the weights that taught ${path} (sha256 ${saved.teacher.slice(0, 12)})`,
    received: `others (sha256 ${teacher.fingerprint.slice(0, 12)})`,
    hint: 'restore them, or start another run with --init-from and the folder of this one',
  });
}

/** The optimizer has state for each parameter, in the order of its groups. */
function checkGroups(path: string, { config }: CheckpointState, training: Training): void {
  for (const [key, none] of [
    ['freeze', []],
    ['lrMultipliers', {}],
  ] as const) {
    const [before, now] = [config[key] ?? none, training.config[key]].map((value) => JSON.stringify(value));
    if (before === now) continue;
    throw kinoraError('checkpoint/other-groups', path, {
      expected: `a checkpoint with ${key} ${now}, as in the configuration`,
      received: before,
      hint: `resume with the ${key} of the checkpoint, or start another run with --init-from and its folder`,
    });
  }
}

/** Keys that do not change what is computed. */
const HARMLESS = new Set([
  'workers',
  'flowCache',
  'streamCache',
  'streamCacheGB',
  'streamTimeout',
  'printSteps',
  'saveSteps',
  'patience',
  'histograms',
  'logClips',
  'evalClips',
  'evalCrops',
  'outputDir',
  'checkpoint',
  'initFrom',
  'testList',
]);

/** Keys that only say when training ends, unless the schedule is stretched over all of it. */
const LENGTH = new Set(['epochs', 'maxSteps']);

/** What differs between two configurations and changes what is computed, as `key before -> now`. */
export function changedKeys(before: Readonly<Record<string, unknown>>, now: RunConfig): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  const stretched = now.schedule.name === 'cosine' || now.schedule.name === 'one_cycle';
  return Object.entries(now)
    .filter(([key]) => !HARMLESS.has(key) && (stretched || !LENGTH.has(key)))
    .filter(([key, value]) => text(before[key]) !== text(value))
    .map(([key, value]) => `${spelled(now, key as keyof RunConfig)} ${text(before[key])} -> ${text(value)}`);
}

const otherNetwork = (path: string, expected: string, received: string, what: string): KinoraError =>
  kinoraError('checkpoint/other-network', path, `${expected}, as in the configuration`, received, {
    hint: `resume with the ${what} of the checkpoint, or choose another name with --set name=...`,
  });
