/** Predictions as the tutorial writes them: `id;label`, one clip a line, no heading. */
import { csvLine } from '../files/csv.js';

/** @param predicted class of each clip, `[N]` */
export function predictionsCsv(
  ids: readonly string[],
  predicted: Int32Array,
  labels: readonly string[],
): string {
  return ids.map((id, n) => `${csvLine([id, labels[predicted[n]!]!], ';')}\n`).join('');
}
