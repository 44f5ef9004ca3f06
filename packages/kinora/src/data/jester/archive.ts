/**
 * The downloaded Jester archive: one tar.gz split into parts `20bn-jester-v1-00`, `-01` and so on, joined and unpacked as
 * a stream, so that only the frames are written. After an interruption, the next run writes only what is missing; files
 * of the right size are kept. An archive with an entry outside the folder, or with a link or a device, is rejected.
 */
import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { Unpack } from 'tar';
import { climbs } from '../../files/path.js';
import { type Progress, silent } from '../../progress.js';

export interface ArchivePart {
  readonly path: string;
  readonly bytes: number;
}

const PART = /^20bn-jester-v1-(\d\d)$/;

/** The downloaded parts `20bn-jester-v1-00`, `-01`, ... in a folder, in order. Throws if there is a gap. */
export function findParts(folder: string): ArchivePart[] {
  const names = listFolder(folder)
    .filter((name) => PART.test(name))
    .sort();
  for (const [i, name] of names.entries()) {
    const expected = `20bn-jester-v1-${String(i).padStart(2, '0')}`;
    if (name !== expected) throw missingPart(folder, expected, name);
  }
  const parts = names.map((name) => ({ path: join(folder, name), bytes: statSync(join(folder, name)).size }));
  if (parts.length > 0) checkGzip(parts[0]!);
  return parts;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw kinoraError('jester/no-folder', folder, {
      expected: 'the folder with the downloaded Jester files',
      received:
        code === 'ENOENT' ? 'nothing there' : code === 'ENOTDIR' ? 'a file' : (cause as Error).message,
      cause,
    });
  }
}

function checkGzip({ path }: ArchivePart): void {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  readSync(file, head, 0, 2, 0);
  closeSync(file);
  if (head[0] === 0x1f && head[1] === 0x8b) return;
  throw kinoraError('jester/not-gzip', path, {
    expected: 'the beginning of a gzip archive',
    received: head[0] === 0x50 && head[1] === 0x4b ? 'a zip archive' : 'something else',
    hint: 'download this part again',
  });
}

function missingPart(folder: string, expected: string, next: string): KinoraError {
  return kinoraError('jester/missing-part', folder, `${expected} before ${next}`, 'nothing there', {
    hint: 'download the missing part',
  });
}

export interface UnpackResult {
  /** Frames written by this call, and frames that already existed. */
  readonly written: number;
  readonly kept: number;
  /** The folder at the top of the archive, inside `out`. */
  readonly root: string;
}

/** Disk space per byte of archive: each file wastes half a block on average, rounded up to be safe. */
const BLOCK_WASTE = 1.5;

/** Throws KinoraError `jester/disk-full` if the file system of `out` has no room for the contents of these parts. */
export function checkSpace(parts: readonly ArchivePart[], out: string): void {
  const { bavail, bsize } = statfsSync(out);
  const free = bavail * bsize;
  const needed = totalBytes(parts) * BLOCK_WASTE;
  if (free >= needed) return;
  throw kinoraError('jester/disk-full', out, {
    expected: `${gigabytes(needed)} free to unpack ${gigabytes(totalBytes(parts))} of archive`,
    received: gigabytes(free),
    hint: 'free some space, or unpack elsewhere with --out',
  });
}

export interface UnpackOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Called with the number of parts that have been read completely. */
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
  closed.catch(() => undefined); // awaited below, unless something else fails before
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

/** Checks each entry; tar itself would only warn. */
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
  return kinoraError('jester/unsafe-entry', 'the archive', {
    expected: 'only files and folders inside its own folder',
    received: `${plain ? 'the path' : `the ${type}`} ${JSON.stringify(path)}`,
    hint: 'this is not the Jester archive; nothing outside the folder was written',
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
    kinoraError('jester/damaged', where, 'a complete archive', received, { hint, cause: error });
  if (code === 'Z_BUF_ERROR')
    return damaged(last, 'a truncated one', 'later parts are missing, or this one is truncated');
  if (code.startsWith('Z_') || code.startsWith('TAR_')) {
    return damaged(
      parts[0]!.path,
      (error as Error).message,
      'compare the sizes of the parts with those on the download page',
    );
  }
  if (code !== 'ENOSPC') return error;
  return new KinoraError({
    code: 'jester/disk-full',
    expected: 'room for the frames',
    received: 'a full disk, or one without free inodes (df -i)',
    hint: 'free some space and run the same command again: it resumes where it stopped',
    cause: error,
  });
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The bytes of the whole archive, part after part. Calls `onRead` with the bytes and whole parts read so far. */
async function* joinParts(
  parts: readonly ArchivePart[],
  onRead: (bytes: number, parts: number) => void,
): AsyncGenerator<Buffer, void, void> {
  let read = 0;
  for (const [done, { path }] of parts.entries()) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      yield chunk as Buffer;
      read += (chunk as Buffer).length;
      onRead(read, done);
    }
    onRead(read, done + 1);
  }
}

function totalBytes(parts: readonly ArchivePart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
