/**
 * A trial: one run of an experiment that has many. Its record is a file in its run folder, which says for which
 * configuration it was made, how long it took, and what came out: finished work is not repeated, and interrupted work
 * resumes.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import * as z from 'zod';
import { effectiveConfig, type RunConfig } from '../config/index.js';
import { readRecord, writeRecord } from '../files/record.js';
import { type Progress, silent } from '../progress.js';
import { hasCheckpoint, lastState } from '../run/checkpoint.js';
import { runFolderOf } from '../run/run-folder.js';
import { changedKeys } from '../train/beginning.js';

/** What an experiment records of each of its trials. */
export interface TrialKind<Result> {
  /** Name of the record in the run folder. */
  readonly file: string;
  /** The value of its `format`. */
  readonly format: string;
  readonly result: z.ZodType<Result>;
}

export interface TrialRecord<Result> {
  readonly format: string;
  /** The effective configuration that it belongs to. */
  readonly config: Record<string, unknown>;
  /** Minutes of training and evaluation, over all sessions. */
  readonly minutes: number;
  /** Absent until there is one. */
  readonly result?: Result;
}

const recordFile = ({ file }: TrialKind<unknown>, config: RunConfig): string =>
  join(runFolderOf(config).path, file);

/** The record in a run folder, whatever settings it was made for. */
export const recordOf = <Result>(
  kind: TrialKind<Result>,
  config: RunConfig,
): TrialRecord<Result> | undefined => readRecord(recordFile(kind, config), schemaOf(kind));

/** The record of a trial, if it was started. Throws `trials/other-settings` if the run folder belongs to another one. */
export function readTrial<Result>(
  kind: TrialKind<Result>,
  config: RunConfig,
): TrialRecord<Result> | undefined {
  const file = recordFile(kind, config);
  const record = recordOf(kind, config);
  const before = record?.config ?? lastState(config)?.config;
  // Keys that did not exist then have their current defaults.
  const changed = before === undefined ? [] : changedKeys(effectiveConfig(before, file), config);
  if (changed.length === 0) return record;
  throw kinoraError('trials/other-settings', runFolderOf(config).path, {
    expected: 'a run with the same settings',
    received: changed.join(', '),
    hint: 'choose another folder for the runs, or delete this one',
  });
}

/** The schema of a record, for those who read it elsewhere. */
export const schemaOf = <Result>({ format, result }: TrialKind<Result>): z.ZodType<TrialRecord<Result>> =>
  z.object({
    format: z.literal(format),
    config: z.record(z.string(), z.unknown()),
    minutes: z.number(),
    result: result.optional(),
  }) as unknown as z.ZodType<TrialRecord<Result>>;

/**
 * Does work on a trial and returns its record with the result.
 * @param before its record so far
 * @param work receives the progress that it must report to: with every line, the minutes so far are written, so that a kill
 *   loses at most those of an epoch
 */
export async function workOnTrial<Result>(
  kind: TrialKind<Result>,
  config: RunConfig,
  { before, progress = silent }: { before: TrialRecord<Result> | undefined; progress?: Progress | undefined },
  work: (progress: Progress) => Promise<Result>,
): Promise<TrialRecord<Result>> {
  const start = performance.now();
  const record = (result = before?.result): TrialRecord<Result> => ({
    format: kind.format,
    config,
    minutes: (before?.minutes ?? 0) + (performance.now() - start) / 60_000,
    ...(result !== undefined && { result }),
  });
  const save = (written: TrialRecord<Result>) => {
    mkdirSync(runFolderOf(config).path, { recursive: true });
    writeRecord(recordFile(kind, config), written);
    return written;
  };
  const log = (line: string) => {
    progress.log(line);
    if (hasCheckpoint(config)) save(record());
  };
  // First, so that a run that is killed after a checkpoint is known by its own settings.
  save(record());
  try {
    return save(record(await work({ ...progress, log })));
  } catch (error) {
    save(record());
    throw error;
  }
}
