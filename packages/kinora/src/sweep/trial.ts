/** One trial of a sweep: trains up to the epochs of a rung, and resumes from there for the next. */
import type { Device } from '@kinora/torch';
import * as z from 'zod';
import type { RunConfig } from '../config/index.js';
import type { Progress } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { trainRun } from '../train/run.js';
import { runInChild, serveJobs } from '../trials/process.js';
import { readTrial, type TrialKind, type TrialRecord, workOnTrial } from '../trials/trial.js';

const rungSchema = z.object({
  /** Epochs after which it was judged. */
  epochs: z.int(),
  /** Of the best epoch so far, on the validation clips. */
  top1: z.number(),
  loss: z.number(),
  bestEpoch: z.int(),
});
/** What a trial reached by the end of a rung. */
export type Rung = z.infer<typeof rungSchema>;

const resultSchema = z.object({ rungs: z.array(rungSchema) });
export type SweepRecord = TrialRecord<z.infer<typeof resultSchema>>;

const sweepKind: TrialKind<z.infer<typeof resultSchema>> = {
  file: 'trial.json',
  format: 'kinora-sweep-trial',
  result: resultSchema,
};

export interface RungOptions {
  /** Where the networks are trained. Default: `cpu`. */
  readonly device?: Device;
  /** Receives progress, and the lines that training prints. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops after the current step and saves; the same call resumes. Default: none. */
  readonly signal?: AbortSignal;
}

/** The record of a trial, if it was started. Throws `trials/other-settings` if the run folder belongs to another one. */
export const readSweepTrial = (config: RunConfig): SweepRecord | undefined => readTrial(sweepKind, config);

/** The rung of a record that ended after so many epochs, if it was reached. */
export const rungAt = (record: SweepRecord | undefined, epochs: number): Rung | undefined =>
  record?.result?.rungs.find((rung) => rung.epochs === epochs);

/** Trains up to a number of epochs in all, from the checkpoint if there is one. Throws the signal's reason after saving. */
export async function runRung(config: RunConfig, epochs: number, options: RungOptions): Promise<SweepRecord> {
  const before = readSweepTrial(config);
  if (rungAt(before, epochs) !== undefined) return before!;
  return workOnTrial(sweepKind, config, { before, progress: options.progress }, async (progress) => {
    const resume = hasCheckpoint(config);
    const { best } = await trainRun(config, { ...options, progress, resume, untilEpoch: epochs });
    options.signal?.throwIfAborted();
    const { top1, loss, epoch } = best!;
    return { rungs: [...(before?.result?.rungs ?? []), { epochs, top1, loss, bestEpoch: epoch }] };
  });
}

interface RungJob {
  readonly config: RunConfig;
  readonly epochs: number;
  readonly device: Device;
}

/** The same in a process of its own, one of `jobs`. */
export async function runRungInChild(
  config: RunConfig,
  epochs: number,
  { device = 'cpu', progress, signal }: RungOptions,
  jobs: number,
): Promise<SweepRecord> {
  const job: RungJob = { config, epochs, device };
  await runInChild(import.meta.url, job, { name: config.name, jobs, progress, signal });
  return readSweepTrial(config)!;
}

serveJobs(import.meta.url, ({ config, epochs, device }: RungJob, options) =>
  runRung(config, epochs, { ...options, device }),
);
