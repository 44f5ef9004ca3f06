/**
 * Cached flow: one file per clip in a separate folder, computed once. If the clip, the settings or the file's bytes
 * have changed, the file counts as missing and is written again; stale or damaged data is never read.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { FLOW_REACH, type FlowFields, type Size } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { writeWhole } from '../../files/record.js';
import { isFrameName } from '../decode/folder.js';
import { packedPlace } from '../pack/description.js';
import { isFlowOf, packFlow, unpackFlow } from './container.js';
import { farneback } from './farneback.js';

/** What the flow of a clip depends on. */
export interface FlowSubject {
  readonly path: string;
  /** The successive frames of the file, int32 `[T]`. */
  readonly timeline: Int32Array;
  /** How they were selected, so that two parts of one video have separate files. */
  readonly part: string;
  /** Size of the fields. */
  readonly size: Size;
}

/** A clip's place in a cache. */
export interface CachedFlow {
  /** The requested fields, or undefined if they must be computed. */
  read(wanted: ArrayLike<number>): FlowFields | undefined;
  /** Whether `read` would find a valid file for this clip. */
  has(): boolean;
  /** Writes all fields of the timeline. Throws `flow/cache` if the folder cannot be written, and `file/disk-full`. */
  write(fields: FlowFields): void;
}

export function cachedFlow(folder: string, subject: FlowSubject): CachedFlow {
  const { part, size, timeline } = subject;
  // Relative to the cache, so that both can be moved together.
  const path = relative(resolve(folder), resolve(subject.path));
  const settings = [part, size.height, size.width, FLOW_REACH, farneback];
  const name = hash([path, ...settings]);
  const signature = hash([...settings, Array.from(timeline), stamp(subject.path)]);
  const shelf = join(folder, name.slice(0, 2));
  const file = join(shelf, `${name.slice(2)}.flow`);
  return {
    read: (wanted) => {
      const bytes = readIfThere(file, folder);
      return bytes && unpackFlow(bytes, signature, wanted);
    },
    has: () => {
      const bytes = readIfThere(file, folder);
      return bytes !== undefined && isFlowOf(bytes, signature);
    },
    write: (fields) => store(file, shelf, folder, packFlow(fields, signature)),
  };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 24);
}

/** Changes when the names, sizes or times of the clip's files change. */
function stamp(path: string): (string | number)[] {
  const place = packedPlace(path);
  if (place !== undefined) return [place.checksum];
  const info = statSync(path);
  if (!info.isDirectory()) return [info.size, info.mtimeMs];
  const names = readdirSync(path).filter(isFrameName).sort();
  return names.flatMap((name) => {
    const { size, mtimeMs } = statSync(join(path, name));
    return [name, size, mtimeMs];
  });
}

function readIfThere(file: string, folder: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refused(folder, error, 'to be read');
  }
}

function store(file: string, shelf: string, folder: string, bytes: Uint8Array): void {
  try {
    mkdirSync(shelf, { recursive: true });
    writeWhole(file, bytes);
  } catch (error) {
    throw refused(folder, error, 'to be written');
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  'file/permission': 'no permission',
  EROFS: 'a read-only file system',
  ENOTDIR: 'a file in its place',
  EEXIST: 'a file in its place',
  ENOSPC: 'a full disk',
  EDQUOT: 'a used-up quota',
  'file/disk-full': 'a full disk or an exceeded quota',
  EIO: 'a read error from the disk',
};

/** Faults of the machine, not of the clip: they stop the work, because every other clip would fail too. */
function refused(folder: string, cause: unknown, what: string): KinoraError {
  const code = (cause as { code?: string }).code ?? '';
  return kinoraError('flow/cache', folder, {
    expected: `the optical flow cache ${what}`,
    received: REASONS[code] ?? String((cause as Error).message ?? cause),
    hint: 'choose another folder with flowCache; the existing cache is intact',
    cause,
  });
}
