/** Small text files, line by line, and CSV: lists, labels, tables of clips. */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { MEBIBYTE, readBounded } from './bounded.js';

/** Most bytes of a list: millions of clips. */
const LIST_LIMIT = 256 * MEBIBYTE;

/**
 * The lines of a file, without byte order mark and line ends; line n is at index n - 1. The text is UTF-8, or UTF-16 with
 * a byte order mark, as spreadsheets write it. Throws `data/encoding` with the line for bytes that are neither.
 */
export function readLines(file: string, what: string): string[] {
  return decode(readBytes(file, what, LIST_LIMIT), file).split(/\r?\n/);
}

function decode(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  try {
    return new TextDecoder(wide ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const where = wide === null ? `${file} line ${firstBadLine(bytes)}` : file;
    throw kinoraError('data/encoding', where, {
      expected: wide === null ? 'text in UTF-8' : 'text in UTF-16, as its first bytes say',
      received: 'other bytes',
      hint: 'save it as UTF-8',
      cause,
    });
  }
}

/** Counted from 1. Decoding with replacement keeps line ends as they are. */
const firstBadLine = (bytes: Uint8Array): number => {
  const before = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0]!;
  return before.split('\n').length;
};

/**
 * All bytes of a file of at most `limit` bytes; `what` it should be is for the error. Throws `data/missing-file`,
 * `data/not-a-file`, `data/too-large` and `data/unreadable-file`.
 */
export function readBytes(file: string, what: string, limit: number): Buffer {
  try {
    return readBounded(file, { expected: what, limit, kind: 'data' });
  } catch (cause) {
    if (cause instanceof KinoraError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw kinoraError(missing ? 'data/missing-file' : 'data/unreadable-file', file, {
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

/** What a field must be quoted for: its separator, and for lists whatever a reader would trim or split at. */
const QUOTED = { ',': /[",;\r\n]|^\s|\s$|^$/, ';': /[";\r\n]/ } as const;

/** One line of CSV, without its line end. Fields are quoted only where they must be. */
export function csvLine(fields: readonly string[], separator: keyof typeof QUOTED = ','): string {
  const quoted = (field: string) =>
    QUOTED[separator].test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return fields.map(quoted).join(separator);
}
