/** The data of a comparison, as stored in files: one record per row and one per cost of a network. */
import * as z from 'zod';

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

export const rowSchema = z.object({
  format: z.literal('kinora-compare-row'),
  /** The effective configuration that it belongs to. */
  config: z.record(z.string(), z.unknown()),
  /** Minutes of training and evaluation, over all sessions. */
  minutes: z.number(),
  /** Absent until it is finished. */
  result: z
    .object({
      steps: z.int(),
      epochs: z.int(),
      /** Epoch of the measured checkpoint, from 1. */
      bestEpoch: z.int(),
      validation: scoresSchema,
      test: scoresSchema.nullable(),
    })
    .optional(),
});
export type RowRecord = z.infer<typeof rowSchema>;
export type RowResult = NonNullable<RowRecord['result']>;
