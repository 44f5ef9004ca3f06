/** Small JSON files of ours: checked when they are read, written whole or not at all. */
import { KinoraError, kinoraError, serialize } from '@kinora/torch';
import type * as z from 'zod';
import { MEBIBYTE, parseJson, readBounded } from './bounded.js';

/** Most bytes of a record. */
const LIMIT = 256 * MEBIBYTE;

/**
 * Reads a JSON file of ours; undefined where there is none. Throws `record/damaged` and `file/*`.
 *
 * @param consequence of deleting the file, for the hint
 */
export function readRecord<T>(
  file: string,
  schema: z.ZodType<T>,
  consequence = 'what it holds is measured again',
): T | undefined {
  let text: string;
  try {
    text = readBounded(file, { expected: 'a record', limit: LIMIT }).toString('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause instanceof KinoraError ? cause : serialize.fileError(file, 'a readable file', cause);
  }
  return parseJson(text, schema, (expected, path) =>
    kinoraError('record/damaged', [file, ...path].join(', '), {
      expected,
      hint: `delete the file, and ${consequence}`,
    }),
  );
}

export function writeRecord(file: string, value: unknown): void {
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Replaces a file: the old one or the whole new one is there, whatever happens. Throws `file/*`. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  serialize.writeAtomically(file, (sink) => sink.write(bytes));
}
