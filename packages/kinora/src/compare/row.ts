/**
 * One row of a comparison: trains it, evaluates it on the validation clips and on a test list, and stores the figures
 * in the run folder. Finished work is not repeated, and interrupted work resumes.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, kinoraError } from '@kinora/torch';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { readRecord, writeRecord } from '../files/record.js';
import { orderAccuracy } from '../measure/order-pairs.js';
import { evaluateRun } from '../predict/evaluate.js';
import { type Progress, silent } from '../progress.js';
import { hasCheckpoint, lastState } from '../run/checkpoint.js';
import { runFolderOf } from '../run/run-folder.js';
import { changedKeys } from '../train/beginning.js';
import { trainRun } from '../train/run.js';
import { type RowRecord, type RowResult, rowSchema, type Scores } from './data.js';

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

const recordFile = (config: RunConfig): string => join(runFolderOf(config).path, 'compare.json');

/** The record of a row, if it was started. Throws `compare/other-settings` if the run folder belongs to another row. */
export function readRow(config: RunConfig): RowRecord | undefined {
  const file = recordFile(config);
  const record = readRecord(file, rowSchema);
  const before = record?.config ?? lastState(config)?.config;
  // Keys that did not exist then have their current defaults.
  const changed = before === undefined ? [] : changedKeys(effectiveConfig(before, file), config);
  if (changed.length === 0) return record;
  throw kinoraError('compare/other-settings', runFolderOf(config).path, {
    expected: 'a run with the same settings',
    received: changed.join(', '),
    hint: 'choose another folder with --runs, or delete this one',
  });
}

/** Does the remaining work of a row and returns its record. Throws the signal's reason after saving. */
export async function runRow(config: RunConfig, options: RowOptions = {}): Promise<RowRecord> {
  const record = readRow(config);
  if (record?.result !== undefined && (options.test === undefined || record.result.test !== null))
    return record;
  const watch = stopwatch(config, record?.minutes ?? 0, options.progress ?? silent);
  try {
    const result = await work(config, { ...options, progress: watch.progress });
    const finished: RowRecord = { ...watch.record(), result };
    writeRecord(recordFile(config), finished);
    return finished;
  } catch (error) {
    watch.save();
    throw error;
  }
}

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

/**
 * Minutes over all sessions. They are written with every line that training prints, so a kill loses at most those of an
 * epoch.
 */
function stopwatch(config: RunConfig, before: number, progress: Progress) {
  const start = performance.now();
  const record = (): RowRecord => ({
    format: 'kinora-compare-row',
    config,
    minutes: before + (performance.now() - start) / 60_000,
  });
  const save = () => {
    mkdirSync(runFolderOf(config).path, { recursive: true });
    writeRecord(recordFile(config), record());
  };
  const log = (line: string) => {
    progress.log(line);
    if (hasCheckpoint(config)) save();
  };
  return { record, save, progress: { ...progress, log } };
}
