/**
 * Flow on disk: one file a clip in a folder of its own, computed once and read ever after. A file whose clip, settings
 * or bytes have changed counts as absent and is written anew; nothing is ever read that does not belong.
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
  /** The frames of the file that follow each other, int32 `[T]`. */
  readonly timeline: Int32Array;
  /** What chose them, so that two parts of one video have a file each. */
  readonly part: string;
  /** Of the fields. */
  readonly size: Size;
}

/** A clip's place in a cache. */
export interface CachedFlow {
  /** The wanted fields, or undefined where they must be computed (anew). */
  read(wanted: ArrayLike<number>): FlowFields | undefined;
  /** Whether `read` would find a file for this very clip. */
  has(): boolean;
  /** All fields of the timeline. Throws `flow/cache` where the folder cannot be written, `file/disk-full`. */
  write(fields: FlowFields): void;
}

export function cachedFlow(folder: string, subject: FlowSubject): CachedFlow {
  const { part, size, timeline } = subject;
  // Relative to the cache, so that a data set may move together with it.
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

/** Changes whenever the clip's files do: their names, sizes and times. */
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
  'file/disk-full': 'a full disk or a used-up quota',
  EIO: 'a read error from the disk',
};

/** Faults of the machine, not of the clip: they stop the work, since every other clip would meet them too. */
function refused(folder: string, cause: unknown, what: string): KinoraError {
  const code = (cause as { code?: string }).code ?? '';
  return kinoraError('flow/cache', folder, {
    expected: `the cache of optical flow ${what}`,
    received: REASONS[code] ?? String((cause as Error).message ?? cause),
    hint: 'choose another folder with flowCache; what is cached so far is intact',
    cause,
  });
}
