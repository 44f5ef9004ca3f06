/**
 * Joins and unpacks the parts as a stream: nothing is written but the frames. Run again after an interruption it
 * writes only what is missing: a file that has its full size is left alone. An archive with an entry that leads
 * out of the folder, or that is a link or a device, is refused.
 */
import { once } from 'node:events';
import { type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KinoraError } from '@kinora/torch/error';
import { Unpack } from 'tar';
import { type Progress, silent } from '../../progress.js';
import { climbs } from '../lists/clip-path.js';
import { type ArchivePart, joinParts, totalBytes } from './parts.js';

export interface UnpackResult {
  /** Frames written now, and frames that were there already. */
  readonly written: number;
  readonly kept: number;
  /** The folder at the top of the archive, inside `out`. */
  readonly root: string;
}

/** What a file takes on disk beyond its bytes: half a block on average, rounded up to be safe. */
const BLOCK_WASTE = 1.5;

/** Throws KinoraError `jester/disk-full` if the file system of `out` has no room for what is in these parts. */
export function checkSpace(parts: readonly ArchivePart[], out: string): void {
  const { bavail, bsize } = statfsSync(out);
  const free = bavail * bsize;
  const needed = totalBytes(parts) * BLOCK_WASTE;
  if (free >= needed) return;
  throw new KinoraError({
    code: 'jester/disk-full',
    where: out,
    expected: `${gigabytes(needed)} free to unpack ${gigabytes(totalBytes(parts))} of archive`,
    received: gigabytes(free),
    hint: 'free some space, or unpack elsewhere with --out',
  });
}

export interface UnpackOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Hears how many parts have been read to their end. */
  readonly onPart?: ((done: number) => void) | undefined;
}

export async function unpackParts(
  parts: readonly ArchivePart[],
  out: string,
  { progress = silent, signal, onPart }: UnpackOptions = {},
): Promise<UnpackResult> {
  const task = progress.task('unpacking', { total: megabytes(totalBytes(parts)), unit: 'MB' });
  const entries = entryGuard(out);
  let done = 0;
  const onRead = (bytes: number, whole: number): void => {
    task.update(megabytes(bytes));
    if (whole > done) onPart?.(whole);
    done = whole;
  };
  const compressed = Readable.from(joinParts(parts, onRead));
  try {
    await writeAll(compressed, out, entries, signal);
  } catch (error) {
    throw unpackError(error, parts);
  } finally {
    compressed.destroy();
  }
  task.finish();
  return { ...entries.counts(), root: join(out, entries.top()) };
}

async function writeAll(
  compressed: Readable,
  out: string,
  entries: EntryGuard,
  signal?: AbortSignal,
): Promise<void> {
  const unpack = new Unpack({
    cwd: out,
    strict: true,
    filter: (path, entry) => entries.accept(path, entry),
  });
  const closed = once(unpack, 'close');
  closed.catch(() => undefined); // awaited below, unless something else fails first
  let failure: unknown;
  unpack.on('error', (error: unknown) => {
    failure ??= error;
  });
  for await (const chunk of gunzipped(compressed)) {
    const ready = unpack.write(chunk);
    entries.check();
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (!ready) await Promise.race([once(unpack, 'drain'), closed]);
  }
  unpack.end();
  await closed;
  entries.check();
}

function gunzipped(compressed: Readable): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  compressed.on('error', (error) => gunzip.destroy(error));
  return compressed.pipe(gunzip);
}

interface EntryGuard {
  accept(path: string, entry: object): boolean;
  /** Throws if an entry was refused. */
  check(): void;
  counts(): { written: number; kept: number };
  top(): string;
}

/** Decides entry by entry; tar's own refusals would only be warnings. */
function entryGuard(out: string): EntryGuard {
  let refused: KinoraError | undefined;
  let written = 0;
  let kept = 0;
  let top: string | undefined;
  return {
    accept(path, entry) {
      const { type, size } = entry as { type: string; size: number };
      refused ??= refusal(path, type);
      if (refused !== undefined) return false;
      top ??= path.replace(/^\.\//, '').split('/')[0];
      if (type === 'Directory') return true;
      const there = hasSize(join(out, path), size);
      if (there) kept++;
      else written++;
      return !there;
    },
    check() {
      if (refused !== undefined) throw refused;
    },
    counts: () => ({ written, kept }),
    top: () => top ?? '',
  };
}

function refusal(path: string, type: string): KinoraError | undefined {
  const plain = type === 'File' || type === 'OldFile' || type === 'ContiguousFile' || type === 'Directory';
  if (plain && !climbs(path)) return undefined;
  return new KinoraError({
    code: 'jester/unsafe-entry',
    where: 'the archive',
    expected: 'only files and folders below its own folder',
    received: `${plain ? 'the path' : `the ${type}`} ${JSON.stringify(path)}`,
    hint: 'this is not the Jester archive; nothing outside the folder was touched',
  });
}

function hasSize(path: string, bytes: number): boolean {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === bytes;
}

function unpackError(error: unknown, parts: readonly ArchivePart[]): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const last = parts.at(-1)!.path;
  const damaged = (where: string, received: string, hint: string) =>
    new KinoraError({
      code: 'jester/damaged',
      where,
      expected: 'a complete archive',
      received,
      hint,
      cause: error,
    });
  if (code === 'Z_BUF_ERROR')
    return damaged(last, 'its end too early', 'the parts after it are missing, or it is cut short');
  if (code.startsWith('Z_') || code.startsWith('TAR_')) {
    return damaged(
      parts[0]!.path,
      (error as Error).message,
      'compare the sizes of the parts with those of the download page',
    );
  }
  if (code !== 'ENOSPC') return error;
  return new KinoraError({
    code: 'jester/disk-full',
    expected: 'room for the frames',
    received: 'a disk that is full, or can hold no more files (df -i)',
    hint: 'make room and run the same command again: it goes on where it stopped',
    cause: error,
  });
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
