/**
 * The folds of a cross-validation as files: for each fold a list of the clips to train on and one of those held out, and a
 * configuration that trains on the first without looking at the second.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import * as z from 'zod';
import { effectiveConfig, type RunConfig, spelled } from '../config/index.js';
import { type ClipList, clipsPerClass, fingerprintList } from '../data/lists/clip-list.js';
import { writeClipList, writeLabels, writeSubjects } from '../data/lists/write-lists.js';
import { readRecord, writeRecord } from '../files/record.js';
import { groupedFolds, otherRows } from '../measure/folds.js';
import type { CrossvalClips } from './clips.js';

export interface FoldPlan {
  /** Trains on the clips of the other folds, without validation. */
  readonly config: RunConfig;
  /** The list of the held-out clips, in the configuration's `trainFolder`. */
  readonly list: string;
  /** Their positions among all clips, ascending. */
  readonly rows: Int32Array;
}

export interface CrossvalPlan {
  readonly clips: CrossvalClips;
  readonly folds: readonly FoldPlan[];
  /** The classes that some fold cannot learn, because one of its people is the only one who shows them. */
  readonly unlearnable: readonly string[];
}

const planSchema = z.object({
  format: z.literal('kinora-crossval'),
  seed: z.int(),
  clips: z.object({ clips: z.int(), sha256: z.string() }),
  /** The fold of each clip, from 0. */
  folds: z.array(z.int()),
});

/**
 * Divides the clips, and writes the lists into `out/lists`.
 *
 * @param folds number of folds; `person` leaves out one person at a time
 * @throws KinoraError `folds/few-groups`; `crossval/no-people` to leave out people who are unknown; `crossval/other-plan` where
 *   `out` has other folds; `config/contradiction` for `patience`, which would let held-out people decide
 */
export function planFolds(
  config: RunConfig,
  clips: CrossvalClips,
  { folds, seed, out }: { folds: number | 'person'; seed: number; out: string },
): CrossvalPlan {
  if (config.patience !== null) throw noPatience(config);
  if (folds === 'person' && clips.names === undefined) throw nobodyKnown(config);
  const { list, groups, names, root } = clips;
  const count = folds === 'person' ? names!.length : folds;
  const rows = groupedFolds(groups, count, seed);
  checkSame(join(out, 'plan.json'), list, rows, seed);
  const lists = join(out, 'lists');
  mkdirSync(lists, { recursive: true });
  const labels = join(lists, 'labels.csv');
  writeLabels(labels, list.labels);
  if (names !== undefined)
    writeSubjects(
      join(lists, 'subjects.csv'),
      list.items,
      Array.from(groups, (group) => names[group]!),
    );
  const written = rows.map((fold, i): FoldPlan => {
    const [train, held] = [`fold-${i + 1}-train.csv`, `fold-${i + 1}-held-out.csv`].map((name) =>
      join(lists, name),
    );
    writeClipList(train!, itemsAt(list, otherRows(list.items.length, fold)), list.labels);
    writeClipList(held!, itemsAt(list, fold), list.labels);
    return {
      config: foldConfig(config, i + 1, { root, out, train: train!, labels }),
      list: held!,
      rows: fold,
    };
  });
  return { clips, folds: written, unlearnable: unlearnable(list, rows) };
}

const itemsAt = ({ items }: ClipList, rows: Int32Array) => Array.from(rows, (row) => items[row]!);

interface FoldFiles {
  readonly root: string;
  readonly out: string;
  readonly train: string;
  readonly labels: string;
}

/** Without validation clips: people who are held out must not decide when training ends, or which epoch is the best. */
function foldConfig(config: RunConfig, number: number, { root, out, train, labels }: FoldFiles): RunConfig {
  const { validationList: _, testList: __, ...shared } = config;
  return effectiveConfig({
    ...shared,
    name: `fold-${number}`,
    outputDir: out,
    checkpoint: null,
    trainFolder: root,
    validationFolder: root,
    trainList: train,
    labelsFile: labels,
  });
}

function unlearnable(list: ClipList, folds: readonly Int32Array[]): string[] {
  const all = clipsPerClass(list);
  const alone = new Set<number>();
  for (const fold of folds)
    for (const [label, count] of clipsPerClass({ ...list, items: itemsAt(list, fold) }).entries())
      if (count > 0 && count === all[label]) alone.add(label);
  return list.labels.filter((_, label) => alone.has(label));
}

/** The same folds as before, if there were any: their predictions are kept. */
function checkSame(file: string, list: ClipList, rows: readonly Int32Array[], seed: number): void {
  const folds = new Array<number>(list.items.length).fill(0);
  for (const [i, fold] of rows.entries()) for (const row of fold) folds[row] = i;
  const plan = { format: 'kinora-crossval', seed, clips: fingerprintList(list), folds };
  const before = readRecord(file, planSchema, 'the folds are written again');
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(plan)) {
    const count = new Set(before.folds).size;
    throw kinoraError('crossval/other-plan', file, {
      expected: `the folds of an earlier call: ${count} over ${before.clips.clips} clips, seed ${before.seed}`,
      received: `${rows.length} over ${list.items.length} clips, seed ${seed}${count === rows.length && before.clips.clips === list.items.length && before.seed === seed ? ', of other clips or people' : ''}`,
      hint: 'choose another folder with --out, or delete this one',
    });
  }
  mkdirSync(join(file, '..'), { recursive: true });
  if (before === undefined) writeRecord(file, plan);
}

const noPatience = (config: RunConfig): KinoraError =>
  kinoraError('config/contradiction', spelled(config, 'patience'), {
    expected: 'a training of fixed length: held-out people must not decide when it ends',
    received: String(config.patience),
    hint: `pass --set ${spelled(config, 'patience')}=null, and ${spelled(config, 'epochs')}`,
  });

const nobodyKnown = ({ trainList, trainFolder }: RunConfig): KinoraError =>
  kinoraError('crossval/no-people', trainList ?? trainFolder, {
    expected: 'the person in each clip, to leave out one at a time',
    received: 'no subjects.csv beside it',
    hint: 'give --subjects or --person, or leave out folds of clips with --folds',
  });
