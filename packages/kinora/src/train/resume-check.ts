/**
 * Whether a checkpoint fits what is to be trained now: the same network, outputs, parameter groups and lists. Other
 * settings may differ; they are listed for a report.
 */
import { type KinoraError, kinoraError } from '@kinora/torch';
import { type RunConfig, spelled } from '../config/index.js';
import type { ListFingerprint } from '../data/lists/clip-list.js';
import { SPLIT_KEYS } from '../data/splits.js';
import type { CheckpointState } from '../run/checkpoint.js';
import type { Training } from './training.js';

/** Throws `checkpoint/*` where the checkpoint at `path` does not fit. */
export function checkFits(path: string, saved: CheckpointState, training: Training): void {
  checkNetwork(path, saved, training);
  checkGroups(path, saved, training);
  checkLists(path, saved, training);
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

/** The very lists: the order of an epoch and its draws go by places in them, and `best` by the validation clips. */
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
        hint: 'put the list back as it was, or begin another run with --init-from and the folder of this one',
      },
    );
  }
}

/** The optimizer remembers something of each parameter, in the order of its groups. */
function checkGroups(path: string, { config }: CheckpointState, training: Training): void {
  for (const [key, none] of [
    ['freeze', []],
    ['lrMultipliers', {}],
  ] as const) {
    const [before, now] = [config[key] ?? none, training.config[key]].map((value) => JSON.stringify(value));
    if (before === now) continue;
    throw kinoraError('checkpoint/other-groups', path, {
      expected: `a checkpoint of ${key} ${now}, as the configuration says`,
      received: `one of ${before}`,
      hint: `resume with the ${key} of the checkpoint, or begin another run with --init-from and its folder`,
    });
  }
}

/** Keys that do not change what is computed. */
const HARMLESS = new Set([
  'workers',
  'flowCache',
  'streamCache',
  'streamCacheGB',
  'printSteps',
  'saveSteps',
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
  kinoraError('checkpoint/other-network', path, `${expected}, as the configuration says`, received, {
    hint: `resume with the ${what} of the checkpoint, or choose another name with --set name=...`,
  });
