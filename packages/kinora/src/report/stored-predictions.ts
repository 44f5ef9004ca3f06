/** The predictions that reports keep for other programs, those of `kinora eval` and of `kinora crossval`, read back. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { csvFields, readLines } from '../files/csv.js';
import { readNumbers } from '../files/npy.js';
import { readRecord } from '../files/record.js';

export interface StoredPredictions {
  readonly ids: readonly string[];
  readonly labels: readonly string[];
  /** `[ids, labels]` */
  readonly logits: Float32Array;
  /** Indices into `labels`, `[ids]`. */
  readonly targets: Int32Array;
}

const evaluationSchema = z.object({
  date: z.string(),
  classes: z.array(z.object({ label: z.string() })).min(1),
});

/**
 * Of the report that `kinora eval` has written.
 * @throws KinoraError `evaluation/missing` before the first evaluation, `evaluation/damaged` for files that disagree
 */
export function readStoredEvaluation(report: string): StoredPredictions & { readonly date: string } {
  const numbers = readRecord(join(report, 'metrics.json'), evaluationSchema, 'evaluate the run again');
  if (numbers === undefined || !existsSync(join(report, 'logits.npy')))
    throw kinoraError('evaluation/missing', report, 'an evaluated run', 'one without logits', {
      hint: 'evaluate it first',
    });
  const labels = numbers.classes.map(({ label }) => label);
  const ids = firstFields(join(report, 'test_results.csv'), ';');
  return { date: numbers.date, ids, labels, ...readNumbersOf(report, ids.length, labels.length) };
}

const crossvalSchema = z.object({ labels: z.array(z.string()).min(1) });

/**
 * Of the report of a cross-validation: every clip by a network that was not trained on its person.
 * @throws KinoraError `evaluation/missing`, `evaluation/damaged`
 */
export function readStoredCrossval(report: string): StoredPredictions {
  const summary = readRecord(join(report, 'crossval.json'), crossvalSchema);
  if (summary === undefined)
    throw kinoraError('evaluation/missing', report, 'a cross-validation', 'a folder without its report');
  const { labels } = summary;
  const ids = firstFields(join(report, 'predictions.csv'), ',').slice(1);
  return { ids, labels, ...readNumbersOf(report, ids.length, labels.length) };
}

const firstFields = (file: string, separator: ',' | ';'): string[] =>
  readLines(file, 'predictions')
    .filter((line) => line !== '')
    .map((line) => csvFields(line, separator)[0]!);

function readNumbersOf(
  report: string,
  clips: number,
  classes: number,
): Pick<StoredPredictions, 'logits' | 'targets'> {
  const logits = Float32Array.from(readNumbers(join(report, 'logits.npy')));
  const targets = Int32Array.from(readNumbers(join(report, 'targets.npy')));
  if (
    logits.length === clips * classes &&
    targets.length === clips &&
    targets.every((target) => target >= 0 && target < classes)
  )
    return { logits, targets };
  throw kinoraError('evaluation/damaged', report, `${clips} clips in every file`, 'others', {
    hint: 'evaluate the run again',
  });
}
