/** Writes what the readers beside this read: lists of clips, class names, who is in which clip. */
import { KinoraError, serialize } from '@kinora/torch';
import type { ClipItem } from './clip-list.js';

/** `path,label`, quoted where a name needs it. */
export function writeClipList(file: string, items: readonly ClipItem[], labels: readonly string[]): void {
  writeRows(
    file,
    ['path', 'label'],
    items.map(({ id, label }) => [id, labels[label]!]),
  );
}

/** One class a line, in the order of the logits. */
export function writeLabels(file: string, labels: readonly string[]): void {
  writeText(
    file,
    labels.map((label) => onOneLine(label)),
  );
}

/** `id,subject` of every clip. @param subjects `[items]` */
export function writeSubjects(file: string, items: readonly ClipItem[], subjects: readonly string[]): void {
  writeRows(
    file,
    ['id', 'subject'],
    items.map(({ id }, i) => [id, subjects[i]!]),
  );
}

function writeRows(file: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  writeText(
    file,
    [columns, ...rows].map((row) => row.map(csvField).join(',')),
  );
}

function writeText(file: string, lines: readonly string[]): void {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  serialize.writeAtomically(file, (sink) => sink.write(bytes));
}

const csvField = (text: string): string =>
  /^[^",;\s](?:[^",;\n\r]*[^",;\s])?$/.test(text) ? text : `"${onOneLine(text).replaceAll('"', '""')}"`;

/** Lists are read line by line, so a name with a line break cannot stand in one. */
function onOneLine(name: string): string {
  if (!/[\n\r]/.test(name)) return name;
  throw new KinoraError({
    code: 'data/line-break',
    where: 'names of clips and classes',
    expected: 'no line breaks',
    received: JSON.stringify(name),
    hint: 'rename the file or folder',
  });
}
