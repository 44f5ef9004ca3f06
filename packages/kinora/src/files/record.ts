/** Small JSON files of ours: checked when they are read, written whole or not at all. */
import { readFileSync } from 'node:fs';
import { kinoraError, serialize } from '@kinora/torch';
import type * as z from 'zod';

/**
 * Reads a JSON file of ours; undefined where there is none. Throws `record/damaged`.
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
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw serialize.fileError(file, 'a readable file', cause);
  }
  const result = schema.safeParse(parsed(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw kinoraError('record/damaged', [file, ...issue.path].join(', '), {
    expected: issue.message.replace(/^Invalid input: expected /, ''),
    hint: `delete the file, and ${consequence}`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function writeRecord(file: string, value: unknown): void {
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Replaces a file: the old one or the whole new one is there, whatever happens. Throws `file/*`. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  serialize.writeAtomically(file, (sink) => sink.write(bytes));
}
