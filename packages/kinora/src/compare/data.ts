/** The data of a comparison, as stored in files: one record per row and one per cost of a network. */
import * as z from 'zod';
import type { TrialKind, TrialRecord } from '../trials/trial.js';

const share = z.number().min(0).max(1);

const scoresSchema = z.object({
  clips: z.int(),
  top1: share,
  top5: share,
  /** Mean accuracy on the order-only pairs; null if the data has none. */
  order: share.nullable(),
});
/** The accuracy of a row on one list of clips. */
export type Scores = z.infer<typeof scoresSchema>;

export const costSchema = z.object({
  parameters: z.number(),
  /** Multiply-accumulates of one clip. */
  macs: z.number(),
  /** Of training steps on clips in memory. */
  trainClipsPerSecond: z.number(),
  /** Median time of one clip, batch of one, in milliseconds. */
  latencyMs: z.number(),
  batchSize: z.int(),
  threads: z.int(),
  device: z.string(),
});
/** The cost of a network on this machine. */
export type Cost = z.infer<typeof costSchema>;

const resultSchema = z.object({
  steps: z.int(),
  epochs: z.int(),
  /** Epoch of the measured checkpoint, from 1. */
  bestEpoch: z.int(),
  validation: scoresSchema,
  test: scoresSchema.nullable(),
});
export type RowResult = z.infer<typeof resultSchema>;
export type RowRecord = TrialRecord<RowResult>;

/** A row is a trial. */
export const rowKind: TrialKind<RowResult> = {
  file: 'compare.json',
  format: 'kinora-compare-row',
  result: resultSchema,
};
