/** What a comparison measures, as it is kept in files: one record a row, one a network's cost. */
import { readFileSync } from 'node:fs';
import { KinoraError, serialize } from '@kinora/torch';
import * as z from 'zod';

const share = z.number().min(0).max(1);

const scoresSchema = z.object({
  clips: z.int(),
  top1: share,
  top5: share,
  /** Mean accuracy on the order-only pairs; null where the data has none. */
  order: share.nullable(),
});
/** How good a row is on one list of clips. */
export type Scores = z.infer<typeof scoresSchema>;

export const costSchema = z.object({
  parameters: z.number(),
  /** Multiply-accumulates of one clip. */
  macs: z.number(),
  /** Of training steps on clips that lie in memory. */
  trainClipsPerSecond: z.number(),
  /** Median time of one clip, batch of one, in milliseconds. */
  latencyMs: z.number(),
  batchSize: z.int(),
  threads: z.int(),
  device: z.string(),
});
/** What a network costs on this machine. */
export type Cost = z.infer<typeof costSchema>;

export const rowSchema = z.object({
  format: z.literal('kinora-compare-row'),
  /** The effective configuration that it belongs to. */
  config: z.record(z.string(), z.unknown()),
  /** Minutes of training and evaluation, over all sittings. */
  minutes: z.number(),
  /** Absent while it is not finished. */
  result: z
    .object({
      steps: z.int(),
      epochs: z.int(),
      /** Of the checkpoint that was measured, from 1. */
      bestEpoch: z.int(),
      validation: scoresSchema,
      test: scoresSchema.nullable(),
    })
    .optional(),
});
export type RowRecord = z.infer<typeof rowSchema>;
export type RowResult = NonNullable<RowRecord['result']>;

/** Reads a JSON file of ours; undefined where there is none. Throws `compare/damaged`. */
export function readRecord<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw serialize.fileError(file, 'a readable file', cause);
  }
  const result = schema.safeParse(parsed(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new KinoraError({
    code: 'compare/damaged',
    where: [file, ...issue.path].join(', '),
    expected: issue.message.replace(/^Invalid input: expected /, ''),
    hint: 'delete the file, and what it holds is measured again',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function writeRecord(file: string, value: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  serialize.writeAtomically(file, (sink) => sink.write(bytes));
}
