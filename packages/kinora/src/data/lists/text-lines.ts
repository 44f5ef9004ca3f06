/** Small text files, line by line: lists and labels. */
import { readFileSync } from 'node:fs';
import { KinoraError } from '@kinora/torch/error';

/** The lines of a UTF-8 file, without byte order mark and line ends; line n is at index n - 1. */
export function readLines(file: string, what: string): string[] {
  return readText(file, what)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new KinoraError({
      code: missing ? 'data/missing-file' : 'data/unreadable-file',
      where: file,
      expected: what,
      received: missing ? 'nothing there' : (cause as Error).message,
      cause,
    });
  }
}

/** The fields of one CSV line (RFC 4180 without line breaks inside fields), trimmed. */
export function csvFields(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((field) => field.trim());
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const quoted = /\s*"((?:[^"]|"")*)"\s*/y;
    quoted.lastIndex = at;
    const match = quoted.exec(line);
    const end = match ? quoted.lastIndex : at;
    const next = line.indexOf(separator, end);
    const stop = next < 0 ? line.length : next;
    fields.push(match ? match[1]!.replaceAll('""', '"') : line.slice(at, stop).trim());
    at = stop + 1;
  }
  return fields;
}
