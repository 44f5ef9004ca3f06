/**
 * Atomic writes: bytes go to a temporary file beside the target, which is synced to disk and renamed. If anything
 * fails, an existing file stays intact.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { KinoraError } from '../error.js';

export interface ByteSink {
  /** Bytes written so far. */
  readonly position: number;
  write(bytes: Uint8Array): void;
}

/**
 * Replaces `path` with what `fill` writes. Errors: `file/disk-full` (nothing changed, the temporary file is removed),
 * `file/*` for other errors of the file system; an error thrown by `fill` passes through unchanged.
 */
export function writeAtomically(path: string, fill: (sink: ByteSink) => void): void {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  );
  try {
    writeAndSync(temporary, fill);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause instanceof KinoraError ? cause : fileError(path, 'room and permission to write', cause);
  }
  syncFolder(dirname(path));
}

function writeAndSync(path: string, fill: (sink: ByteSink) => void): void {
  const file = openSync(path, 'wx');
  try {
    fill(fileSink(file));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const LARGEST_WRITE = 2 ** 30;

function fileSink(file: number): ByteSink {
  const sink = {
    position: 0,
    write(bytes: Uint8Array): void {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, Math.min(bytes.length - done, LARGEST_WRITE));
      }
      sink.position += bytes.length;
    },
  };
  return sink;
}

/** Makes the rename survive a power cut. Windows cannot open folders; there the rename is journaled. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const CODES: Record<string, { code: string; received: string; hint?: string }> = {
  ENOSPC: {
    code: 'file/disk-full',
    received: 'a full disk',
    hint: 'free some space; what was saved before is whole',
  },
  EDQUOT: {
    code: 'file/disk-full',
    received: 'a used-up quota',
    hint: 'free some space; what was saved before is whole',
  },
  ENOENT: { code: 'file/not-found', received: 'no such file or folder' },
  EACCES: { code: 'file/permission', received: 'no permission' },
  EPERM: { code: 'file/permission', received: 'no permission' },
  EROFS: { code: 'file/permission', received: 'a read-only file system' },
  EISDIR: { code: 'file/not-a-file', received: 'a folder' },
  ENOTDIR: { code: 'file/not-found', received: 'a file where a folder should be' },
};

/** A file system error as a KinoraError; anything else is returned unchanged. */
export function fileError(path: string, expected: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause;
  const known = CODES[cause.code] ?? { code: 'file/failed', received: cause.message };
  return new KinoraError({ where: path, expected, cause, ...known });
}
