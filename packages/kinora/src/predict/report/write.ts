/** Writes a report folder: the page, the same pictures as files, and the numbers for other programs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import {
  argmax,
  checkEvaluation,
  confusedPairs,
  confusionMatrix,
  perClass,
  summarize,
} from '../../train/metrics.js';
import { writeNpy } from '../npy.js';
import { confusionChart } from './confusion-chart.js';
import { curveCharts, curveSheet } from './curves.js';
import type { ReportData } from './data.js';
import { mistakeSheet, mistakes } from './mistakes.js';
import { page } from './page.js';
import { toPng } from './png.js';
import { predictionsCsv } from './predictions.js';
import { fileTheme } from './theme.js';

/**
 * Writes `folder/index.html`, `metrics.json`, `curves.png`, `confusion.png`, `worst_clips.png`, `test_results.csv`,
 * `logits.npy` (float32 `[N, classes]`) and `targets.npy` (int32 `[N]`); pictures of nothing are left out.
 * Throws `metrics/invalid` if sizes disagree or a logit is not finite.
 */
export function writeReport(folder: string, data: ReportData): void {
  const { evaluation, labels, history } = data;
  checkEvaluation(evaluation, labels.length);
  const { ids, targets, logits } = evaluation;
  const predicted = argmax(logits, labels.length);
  const shown = mistakes(data);
  const counts = confusionMatrix(targets, predicted, labels.length);

  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array) =>
    serialize.writeAtomically(join(folder, name), (sink) => sink.write(Buffer.from(content)));
  write('metrics.json', `${JSON.stringify(numbers(data, counts), null, 2)}\n`);
  write('test_results.csv', predictionsCsv(ids, predicted, labels));
  writeNpy(join(folder, 'logits.npy'), logits, [ids.length, labels.length]);
  writeNpy(join(folder, 'targets.npy'), targets, [ids.length]);
  if (curveCharts(history, fileTheme).length > 0)
    write('curves.png', toPng(curveSheet(history, fileTheme).text));
  write('confusion.png', toPng(confusionChart(counts, labels, fileTheme).text));
  if (shown.length > 0) write('worst_clips.png', toPng(mistakeSheet(shown, fileTheme).text));
  write('index.html', page(data, shown));
}

/** What metrics.json holds; shares of nothing are null. */
function numbers({ name, split, date, labels, history, evaluation }: ReportData, counts: Uint32Array) {
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
    confused: confusedPairs(counts, classes, Number.POSITIVE_INFINITY).map(named),
    confusion: Array.from({ length: classes }, (_, c) => [
      ...counts.subarray(c * classes, (c + 1) * classes),
    ]),
    history,
  };
}
