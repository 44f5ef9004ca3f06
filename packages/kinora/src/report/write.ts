/** Writes a report folder: the page, the same pictures as files, and the numbers for other programs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import { fileTheme } from '../figures/theme.js';
import { csvLine } from '../files/csv.js';
import { writeNpy } from '../files/npy.js';
import {
  argmax,
  checkEvaluation,
  confusedPairs,
  confusionMatrix,
  type Evaluation,
  perClass,
  summarize,
} from '../measure/metrics.js';
import { orderPairAccuracies } from '../measure/order-pairs.js';
import { confusionChart } from './confusion-chart.js';
import { curveCharts, curveSheet } from './curves.js';
import type { ReportData } from './data.js';
import { reportFolder } from './folder.js';
import { mistakeSheet, mistakes } from './mistakes.js';
import { page } from './page.js';
import { streamNumbers } from './streams.js';

/**
 * Writes `folder/index.html`, `metrics.json`, `curves.png`, `confusion.png`, `worst_clips.png`, `test_results.csv`,
 * `logits.npy` (float32 `[N, classes]`) and `targets.npy` (int32 `[N]`); pictures without content are omitted.
 * Throws `metrics/invalid` if sizes disagree or a logit is not finite.
 */
export async function writeReport(folder: string, data: ReportData): Promise<void> {
  const { evaluation, labels, history } = data;
  checkEvaluation(evaluation, labels.length);
  const { ids, targets, logits } = evaluation;
  const predicted = argmax(logits, labels.length);
  const shown = mistakes(data);
  const counts = confusionMatrix(targets, predicted, labels.length);

  const { write, draw } = await reportFolder(folder);
  write('metrics.json', `${JSON.stringify(numbers(data, counts), null, 2)}\n`);
  write('test_results.csv', predictionsCsv(ids, predicted, labels));
  writeNpy(join(folder, 'logits.npy'), logits, [ids.length, labels.length]);
  writeNpy(join(folder, 'targets.npy'), targets, [ids.length]);
  const curves = curveCharts(history, fileTheme).length > 0;
  draw('curves', curves ? curveSheet(history, fileTheme) : undefined);
  draw('confusion', confusionChart(counts, labels, fileTheme));
  draw('worst_clips', shown.length > 0 ? mistakeSheet(shown, fileTheme) : undefined);
  write('index.html', page(data, shown));
}

/**
 * Writes predictions for unlabelled clips: `folder/testset_results.csv` (the tutorial's name) and `testset_logits.npy`
 * (float32 `[N, classes]`).
 */
export function writeTestResults(
  folder: string,
  { ids, logits }: Pick<Evaluation, 'ids' | 'logits'>,
  labels: readonly string[],
): void {
  checkEvaluation({ ids, logits, targets: new Int32Array(ids.length) }, labels.length);
  mkdirSync(folder, { recursive: true });
  const csv = predictionsCsv(ids, argmax(logits, labels.length), labels);
  serialize.writeAtomically(join(folder, 'testset_results.csv'), (sink) => sink.write(Buffer.from(csv)));
  writeNpy(join(folder, 'testset_logits.npy'), logits, [ids.length, labels.length]);
}

/**
 * Predictions in the tutorial's format: `id;label`, one clip per line, no heading.
 * @param predicted class of each clip, `[N]`
 */
export function predictionsCsv(
  ids: readonly string[],
  predicted: Int32Array,
  labels: readonly string[],
): string {
  return ids.map((id, n) => `${csvLine([id, labels[predicted[n]!]!], ';')}\n`).join('');
}

/** The contents of metrics.json; undefined shares are null. */
function numbers(
  { name, split, date, labels, history, evaluation, rejection, people, streams }: ReportData,
  counts: Uint32Array,
) {
  const classes = labels.length;
  const named = ({ target, predicted, ...rest }: ReturnType<typeof confusedPairs>[number]) => ({
    target: labels[target],
    predicted: labels[predicted],
    ...rest,
  });
  return {
    name,
    split,
    date,
    summary: summarize(evaluation, classes),
    classes: perClass(counts, classes).map((metrics, c) => ({ label: labels[c], ...metrics })),
    order_pairs: orderPairAccuracies(evaluation, labels),
    confused: confusedPairs(counts, classes, Number.POSITIVE_INFINITY).map(named),
    confusion: Array.from({ length: classes }, (_, c) => [
      ...counts.subarray(c * classes, (c + 1) * classes),
    ]),
    history,
    ...(rejection && { rejection }),
    ...(people && { people }),
    ...(streams && { streams: streamNumbers(streams) }),
  };
}
