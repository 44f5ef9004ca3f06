/**
 * Cross-validation by person: every clip is predicted by a network that was trained on other people. It can be killed at any
 * time: the same call does the remaining work.
 */
import { join } from 'node:path';
import { effectiveConfig, namingKeysOf, type RunConfig, type RunConfigInput } from '../config/index.js';
import type { ClipItem } from '../data/lists/clip-list.js';
import { type Interval, meanInterval } from '../measure/intervals.js';
import { type Evaluation, rightness, type Summary, summarize } from '../measure/metrics.js';
import { accuracyByPerson, type PeopleAccuracy } from '../measure/per-person.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { silent } from '../progress.js';
import { workOnAll } from '../trials/queue.js';
import { type CrossvalClips, gatherClips, type PeopleSource } from './clips.js';
import { type FoldRecord, heldOutLogits, readFold, runFold, runFoldInChild } from './fold.js';
import { type CrossvalPlan, type FoldPlan, planFolds } from './plan.js';

export interface CrossvalOptions extends PredictOptions, PeopleSource {
  /** Number of folds, each of whole people; `person` leaves out one person at a time. Default: 5. */
  readonly folds?: number | 'person';
  /** Random seed of the folds. Default: 1. */
  readonly seed?: number;
  /** Folder of the runs and of the report. Default: `outputDir/name-crossval`. */
  readonly out?: string;
  /** Folds trained side by side, each in a process with its share of the processors. Default: 1, in this process. */
  readonly jobs?: number;
  /** Called at the start and whenever a fold has finished or failed. */
  readonly publish?: (result: CrossvalResult) => Promise<void>;
}

/** One fold, finished or not. */
export interface Fold {
  readonly plan: FoldPlan;
  record?: FoldRecord;
  /** Why it failed. */
  error?: string;
}

/** Predictions of the held-out clips of all finished folds. */
export interface HeldOut {
  readonly evaluation: Evaluation;
  /** Per clip of the evaluation `[N]`: the clip, its fold from 0, and the number of its person (of itself, if unknown). */
  readonly items: readonly ClipItem[];
  readonly folds: Int32Array;
  readonly groups: Int32Array;
  readonly summary: Summary;
  /** Top-1 accuracy over all clips; 95 % interval over people, or over clips if people are unknown. */
  readonly top1: Interval;
  /** Where people are known: the worst first. */
  readonly people?: PeopleAccuracy;
}

export interface CrossvalResult {
  readonly out: string;
  readonly config: RunConfig;
  readonly labels: readonly string[];
  readonly folds: readonly Fold[];
  /** Undefined until a fold has finished. */
  readonly heldOut: HeldOut | undefined;
}

/**
 * Trains a network for each fold on all other folds, and predicts the fold with it. The training has no validation clips, and
 * its last epoch counts, so that no held-out clip decides anything.
 *
 * @param input a configuration, complete or not; its training and validation clips are divided
 * @returns the predictions, and a fold that failed keeps its error
 * @throws KinoraError `folds/few-groups`, `crossval/*`, `config/*` and `data/*`; the signal's reason after saving
 */
export async function crossval(
  input: RunConfig | RunConfigInput,
  options: CrossvalOptions = {},
): Promise<CrossvalResult> {
  const config = effectiveConfig(input);
  return namingKeysOf(config, () => validate(config, options));
}

async function validate(config: RunConfig, options: CrossvalOptions): Promise<CrossvalResult> {
  const { folds: count = 5, seed = 1, out = defaultFolder(config), jobs = 1, progress = silent } = options;
  const clips = gatherClips(config, options);
  const plan = planFolds(config, clips, { folds: count, seed, out });
  for (const line of openingLines(plan)) progress.log(line);
  const folds: Fold[] = plan.folds.map((fold) => ({ plan: fold }));
  for (const fold of folds) {
    const record = readFold(fold.plan.config);
    if (record !== undefined) fold.record = record;
  }
  const result = (): CrossvalResult => {
    const heldOut = heldOutOf(clips, folds);
    return { out, config, labels: clips.list.labels, folds, heldOut };
  };
  await options.publish?.(result());
  const publish = async () => options.publish?.(result());
  await workOnAll(folds, { ...options, jobs, publish }, async (fold) => {
    if (fold.record?.result !== undefined) return;
    fold.record =
      jobs === 1 ? await runFold(fold.plan, options) : await runFoldInChild(fold.plan, options, jobs);
  });
  return result();
}

export const defaultFolder = ({ outputDir, name }: RunConfig): string => join(outputDir, `${name}-crossval`);

function openingLines({ clips: { list, names }, folds, unlearnable }: CrossvalPlan): string[] {
  const who =
    names === undefined
      ? 'people unknown, so the same person may be on both sides and the figures are too good: give --subjects or --person'
      : `${names.length} people`;
  const alone = unlearnable.join(', ');
  return [
    `${list.items.length} clips, ${folds.length} folds; ${who}`,
    ...(alone === '' ? [] : [`only one fold has clips of ${alone}: without it they cannot be learned`]),
  ];
}

/** The predictions of all finished folds, in the order of the folds. */
function heldOutOf({ list, groups, names }: CrossvalClips, folds: readonly Fold[]): HeldOut | undefined {
  const { labels, items } = list;
  const rows: number[] = [];
  const foldOf: number[] = [];
  const parts: Float32Array[] = [];
  for (const [i, { plan, record }] of folds.entries()) {
    if (record?.result === undefined) continue;
    const { indices, logits } = heldOutLogits(plan.config, labels.length);
    for (const index of indices) {
      rows.push(plan.rows[index]!);
      foldOf.push(i);
    }
    parts.push(logits);
  }
  if (rows.length === 0) return undefined;
  const logits = new Float32Array(rows.length * labels.length);
  let at = 0;
  for (const part of parts) {
    logits.set(part, at);
    at += part.length;
  }
  const shown = rows.map((row) => items[row]!);
  const evaluation: Evaluation = {
    ids: shown.map(({ id }) => id),
    targets: Int32Array.from(shown, ({ label }) => label),
    logits,
  };
  const own = Int32Array.from(rows, (row) => groups[row]!);
  return {
    evaluation,
    items: shown,
    folds: Int32Array.from(foldOf),
    groups: own,
    summary: summarize(evaluation, labels.length),
    top1: meanInterval(rightness(logits, evaluation.targets, labels.length), own, 1),
    ...(names && { people: accuracyByPerson(evaluation, labels.length, { groups: own, names }) }),
  };
}
