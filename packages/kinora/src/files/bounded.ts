/**
 * Reads whole files within a limit, and JSON by a schema: what a file says is checked before it is believed, and nothing
 * it says makes a reader wait or take memory out of proportion. Pipes and devices, which never end, are refused.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { kinoraError } from '@kinora/clip';
import type * as z from 'zod';

/** Bytes, for the limits of readers. */
export const MEBIBYTE = 2 ** 20;

export interface Bounds {
  /** What the file should be, for the error. */
  readonly expected: string;
  /** Most bytes. */
  readonly limit: number;
  /** Beginning of the codes of the errors. Default: `file`. */
  readonly kind?: string;
}

/**
 * All bytes of a regular file. Throws `<kind>/not-a-file` for a folder, a pipe or a device, `<kind>/too-large`, and the
 * system's errors as they are.
 */
export function readBounded(file: string, bounds: Bounds): Buffer {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(handle);
    checkRegular(file, stat, bounds);
    return readUpTo(handle, file, stat.size, bounds);
  } finally {
    closeSync(handle);
  }
}

/** Throws `<kind>/not-a-file` for anything but a regular file. */
export function checkRegular(
  file: string,
  stat: Stats,
  { expected, kind = 'file' }: Pick<Bounds, 'expected' | 'kind'>,
): void {
  if (stat.isFile()) return;
  throw kinoraError(`${kind}/not-a-file`, file, expected, kindOf(stat), {
    ...(stat.isFIFO() && { hint: 'write it to a file first' }),
  });
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a folder';
  return stat.isFIFO() ? 'a pipe' : stat.isSocket() ? 'a socket' : 'a device';
}

/** The size may change while it is read, and that of files below /proc is 0. */
function readUpTo(
  handle: number,
  file: string,
  size: number,
  { limit, expected, kind = 'file' }: Bounds,
): Buffer {
  const tooLarge = (received: string) =>
    kinoraError(`${kind}/too-large`, file, `${expected} of at most ${limit} bytes`, received);
  if (size > limit) throw tooLarge(`${size} bytes`);
  const parts: Buffer[] = [];
  let total = 0;
  for (let room = size; ; room = 1 << 16) {
    // One byte more than the file has: a read of nothing then shows its end.
    const part = Buffer.allocUnsafe(room + 1);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < part.length; filled += read)
      read = readSync(handle, part, filled, part.length - filled, null);
    parts.push(part.subarray(0, filled));
    total += filled;
    if (total > limit) throw tooLarge('more than that');
    if (filled < part.length) return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }
}

/**
 * The data that `text` holds as JSON, checked. Calls `fail` with what was expected and where: the path of the first field
 * that does not fit, empty for text that is not JSON.
 */
export function parseJson<T>(
  text: string,
  schema: z.ZodType<T>,
  fail: (expected: string, path: readonly PropertyKey[]) => Error,
): T {
  const result = schema.safeParse(jsonOr(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw fail(issue.message.replace(/^Invalid input: expected /, ''), issue.path);
}

/** Text that is not JSON stays text, so that the schema reports what it expected. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
