/** The results of `kinora compare`, for the chapter on the alternatives. */
import { join } from 'node:path';
import * as z from 'zod';
import { costSchema, rowKind } from '../../compare/data.js';
import { readRecord } from '../../files/record.js';
import type { SiteRow } from './protocol.js';

/** An entry of its rows.json: the parts that the site shows. */
const lineSchema = z.object({
  name: z.string(),
  model: z.string(),
  seed: z.int(),
  cost: costSchema.nullable(),
  result: rowKind.result.nullable(),
});

/** The finished rows; undefined if the folder has no comparison, or one without finished rows. */
export function readComparison(folder: string): SiteRow[] | undefined {
  const lines = readRecord(join(folder, 'rows.json'), z.array(lineSchema)) ?? [];
  const rows = lines.flatMap(({ name, model, seed, cost, result }) => {
    if (result === null) return [];
    const { steps, validation, test } = result;
    const latency = cost && { ms: cost.latencyMs, threads: cost.threads, device: cost.device };
    return [{ name, network: model, seed, steps, validation, test, latency }];
  });
  return rows.length === 0 ? undefined : rows;
}
