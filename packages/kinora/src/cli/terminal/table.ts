/** Text tables and bars for the terminal: columns padded to their widest cell, numbers to the right. */

import { onOneLine } from '../../files/printable.js';

/** Rows under headings; columns whose index is in `numeric` are set to the right. Names in them may hold anything. */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[],
): string {
  const all = [headings, ...rows.map((row) => row.map(onOneLine))];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** Minimum width for sentences, in characters. */
const NARROW = 24;

/**
 * Sentences beside the lines of a table, wrapped into `columns` with the same indent, or omitted if the terminal is too
 * narrow.
 */
export function besides(lines: readonly string[], texts: readonly string[], columns: number): string[] {
  const start = Math.max(...lines.map(({ length }) => length)) + 2;
  const room = columns - start;
  if (room < NARROW) return [...lines];
  return lines.map((line, i) => {
    const broken = wrap(texts[i]!, room);
    return broken.map((text, row) => (row === 0 ? line : '').padEnd(start) + text).join('\n');
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of at most `width` characters for a share between 0 and 1, exact to an eighth of a character. */
export function textBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}
