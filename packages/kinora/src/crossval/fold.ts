/** One fold: trains on the other folds, and keeps the logits of the clips that are held out. */
import { join } from 'node:path';
import type { Device } from '@kinora/torch';
import * as z from 'zod';
import type { RunConfig } from '../config/index.js';
import { readSplit } from '../data/splits.js';
import { topK } from '../measure/metrics.js';
import { type PredictOptions, predictList } from '../predict/predict-list.js';
import { type ClipLogits, loadLogits, saveLogits } from '../predict/stored-logits.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { openModel } from '../run/open.js';
import { runFolderOf } from '../run/run-folder.js';
import { trainRun } from '../train/run.js';
import { runInChild, serveJobs } from '../trials/process.js';
import { readTrial, recordOf, type TrialKind, type TrialRecord, workOnTrial } from '../trials/trial.js';
import type { FoldPlan } from './plan.js';

const resultSchema = z.object({
  steps: z.int(),
  epochs: z.int(),
  /** Held-out clips that could be read. */
  clips: z.int(),
  top1: z.number().min(0).max(1),
});
export type FoldResult = z.infer<typeof resultSchema>;
export type FoldRecord = TrialRecord<FoldResult>;

const foldKind: TrialKind<FoldResult> = {
  file: 'fold.json',
  format: 'kinora-crossval-fold',
  result: resultSchema,
};

type FoldWork = Pick<FoldPlan, 'config' | 'list'>;

/** The record of a fold, if it was started. Throws `trials/other-settings` if the run folder belongs to another training. */
export const readFold = (config: RunConfig): FoldRecord | undefined => readTrial(foldKind, config);

/** Whether the fold in a run folder is finished. */
export const isFinished = (config: RunConfig): boolean => recordOf(foldKind, config)?.result !== undefined;

const logitsFile = (config: RunConfig): string => join(runFolderOf(config).path, 'held-out.safetensors');

/** Logits of the held-out clips of a finished fold; `indices` are positions in its list. */
export const heldOutLogits = (config: RunConfig, classes: number): ClipLogits =>
  loadLogits(logitsFile(config), classes);

/** Does the remaining work of a fold and returns its record. Throws the signal's reason after saving. */
export async function runFold(fold: FoldWork, options: PredictOptions): Promise<FoldRecord> {
  const before = readFold(fold.config);
  if (before?.result !== undefined) return before;
  return workOnTrial(foldKind, fold.config, { before, progress: options.progress }, (progress) =>
    work(fold, { ...options, progress }),
  );
}

async function work({ config, list: file }: FoldWork, options: PredictOptions): Promise<FoldResult> {
  const { steps, epochs } = await trainRun(config, { ...options, resume: hasCheckpoint(config) });
  options.signal?.throwIfAborted();
  // Without validation clips the best epoch is that of the best training accuracy, which says nothing: the last counts.
  const model = openModel(join(runFolderOf(config).checkpoints, 'last'), options);
  try {
    const { labels } = model.spec;
    const list = readSplit({ ...config, validationList: file }, 'val', labels)!;
    const { indices, targets, logits } = await predictList(model, list, config, options, 'held-out clips');
    saveLogits(logitsFile(config), { indices, logits }, labels.length, { list: file });
    return { steps, epochs, clips: indices.length, top1: topK(logits, targets, labels.length, 1) };
  } finally {
    model.network.dispose();
  }
}

interface FoldJob extends FoldWork {
  readonly device: Device;
}

/** The same in a process of its own, one of `jobs`. */
export async function runFoldInChild(
  { config, list }: FoldWork,
  { device = 'cpu', progress, signal }: PredictOptions,
  jobs: number,
): Promise<FoldRecord> {
  const job: FoldJob = { config, list, device };
  await runInChild(import.meta.url, job, { name: config.name, jobs, progress, signal });
  return readFold(config)!;
}

serveJobs(import.meta.url, ({ device, ...fold }: FoldJob, options) => runFold(fold, { ...options, device }));
