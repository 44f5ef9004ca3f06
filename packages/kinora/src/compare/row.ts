/**
 * One row of a comparison: trains it, evaluates it on the validation clips and on a test list, and stores the figures
 * in the run folder. Finished work is not repeated, and interrupted work resumes.
 */

import { join } from 'node:path';
import type { Device } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { orderAccuracy } from '../measure/order-pairs.js';
import { evaluateRun } from '../predict/evaluate.js';
import type { Progress } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { runFolderOf } from '../run/run-folder.js';
import { trainRun } from '../train/run.js';
import { runInChild, serveJobs } from '../trials/process.js';
import { readTrial, workOnTrial } from '../trials/trial.js';
import { type RowRecord, type RowResult, rowKind, type Scores } from './data.js';

export interface RowOptions {
  /** A labelled, held-out list, `id;label`, evaluated once at the end. Default: none. */
  readonly test?: string;
  /** Where the networks are trained. Default: `cpu`. */
  readonly device?: Device;
  /** Receives progress, and the lines that training prints. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops after the current step and saves; the same call resumes. Default: none. */
  readonly signal?: AbortSignal;
}

/** The record of a row, if it was started. Throws `trials/other-settings` if the run folder belongs to another row. */
export const readRow = (config: RunConfig): RowRecord | undefined => readTrial(rowKind, config);

/** Does the remaining work of a row and returns its record. Throws the signal's reason after saving. */
export async function runRow(config: RunConfig, options: RowOptions = {}): Promise<RowRecord> {
  const before = readRow(config);
  if (before?.result !== undefined && (options.test === undefined || before.result.test !== null))
    return before;
  return workOnTrial(rowKind, config, { before, progress: options.progress }, (progress) =>
    work(config, { ...options, progress }),
  );
}

interface RowJob {
  readonly config: RunConfig;
  readonly test?: string;
  readonly device: Device;
}

/** The same in a process of its own, one of `jobs`. */
export async function runRowInChild(
  config: RunConfig,
  options: RowOptions,
  jobs: number,
): Promise<RowRecord> {
  const { test, device = 'cpu', progress, signal } = options;
  const job: RowJob = { config, device, ...(test !== undefined && { test }) };
  await runInChild(import.meta.url, job, { name: config.name, jobs, progress, signal });
  return readRow(config)!;
}

serveJobs(import.meta.url, ({ config, ...job }: RowJob, options) => runRow(config, { ...job, ...options }));

async function work(config: RunConfig, { test, ...options }: RowOptions): Promise<RowResult> {
  const { steps, epochs, best } = await trainRun(config, { ...options, resume: hasCheckpoint(config) });
  options.signal?.throwIfAborted();
  const validation = scoresOf(await evaluateRun(config, options));
  return {
    steps,
    epochs,
    bestEpoch: best?.epoch ?? 0,
    validation,
    test: test === undefined ? null : await testScores(config, test, options),
  };
}

async function testScores(config: RunConfig, test: string, options: RowOptions): Promise<Scores> {
  const report = join(runFolderOf(config).path, 'report-test');
  return scoresOf(
    await evaluateRun({ ...config, validationList: test }, { ...options, report, split: 'test' }),
  );
}

function scoresOf({ summary, evaluation, labels }: Awaited<ReturnType<typeof evaluateRun>>): Scores {
  const { clips, top1, top5 } = summary;
  return { clips, top1, top5, order: orderAccuracy(evaluation, labels) ?? null };
}
