/** Predictions as the tutorial writes them: `id;label`, one clip a line, no heading. */

/** @param predicted class of each clip, `[N]` */
export function predictionsCsv(
  ids: readonly string[],
  predicted: Int32Array,
  labels: readonly string[],
): string {
  return ids.map((id, n) => `${field(id)};${field(labels[predicted[n]!]!)}\n`).join('');
}

/** Quoted only where it must be, as Python's csv.QUOTE_MINIMAL does. */
function field(text: string): string {
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
