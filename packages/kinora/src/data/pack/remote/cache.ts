/**
 * The files of a cache: blocks of packs, kept until newer ones need the space. Not synced: a block that a power cut damaged
 * is found by its checksums and fetched again.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { kinoraError } from '@kinora/clip';
import { type Mirror, mirrorFile } from './mirror.js';

/** A file appears whole or not at all. Throws `stream/cache` where the disk does not take it. */
export function writeCached(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  withCacheErrors(file, () => {
    try {
      writeFileSync(beside, bytes);
      renameSync(beside, file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/** Throws `stream/cache`. */
export function makeFolder(folder: string): void {
  withCacheErrors(folder, () => mkdirSync(folder, { recursive: true }));
}

/** Throws `stream/cache`, with what to do about it, where the file system refuses `work`. */
export function withCacheErrors<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw kinoraError('stream/cache', where, {
      expected: 'room and permission to keep what was fetched',
      received: code === undefined ? message : (/^[A-Z0-9]+: (.*?),/.exec(message)?.[1] ?? code),
      hint: 'choose another streamCache, or a smaller streamCacheGB',
      cause,
    });
  }
}

/** Blocks to write until the next cleanup, by limit and cache. */
const untilCleanup = new Map<string, number>();

/** Removes the oldest files of all mirrors in the cache above its limit, each time that a sixteenth of the limit may be new. */
export function evictOldest({ folder, limit, block }: Mirror): void {
  const cache = dirname(folder);
  const key = `${limit} ${cache}`;
  const left = (untilCleanup.get(key) ?? 0) - 1;
  untilCleanup.set(key, left > 0 ? left : Math.max(1, Math.floor(limit / block / 16)));
  if (left > 0) return;
  const files = filesIn(cache);
  let over = files.reduce((sum, { bytes }) => sum + bytes, 0) - limit;
  for (const { file, bytes } of files.sort((a, b) => a.since - b.since)) {
    if (over <= 0) break;
    rmSync(file, { force: true });
    over -= bytes;
  }
}

const BLOCK = /[.]blocks[/\\]\d+$/;
/** What `writeCached` writes before it gives it the name of a block. */
const PART = /[.]blocks[/\\]\d+[.]\d+-[0-9a-f]+$/;

/** Milliseconds. Writing takes less: a part that is older was left by a killed process. */
const ABANDONED = 60_000;

/** Blocks, and what killed processes left of some; not what is being written now. */
function filesIn(cache: string): { file: string; bytes: number; since: number }[] {
  const mirrors = readdirSync(cache).map((name) => join(cache, name));
  return mirrors
    .filter((folder) => existsSync(mirrorFile(folder)))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => BLOCK.test(file) || PART.test(file))
    .flatMap((file) => {
      const info = statSync(file, { throwIfNoEntry: false });
      const isUnderWay = PART.test(file) && info !== undefined && Date.now() - info.mtimeMs < ABANDONED;
      return info === undefined || isUnderWay ? [] : [{ file, bytes: info.size, since: info.mtimeMs }];
    });
}

/**
 * A claim: a file beside a block while a process fetches it. It only saves traffic: if two fetch a block, either file will do.
 */

/** A claim is renewed this often, in milliseconds, and void when it is this old. */
const RENEW = 1000;
const STALE = 5000;

/** Claims a block until the returned function is called; undefined while another process has it. */
export function claim(block: string): (() => void) | undefined {
  const file = `${block}.claim`;
  if (!taken(file)) return undefined;
  const renew = setInterval(() => touch(file), RENEW);
  return () => {
    clearInterval(renew);
    rmSync(file, { force: true });
  };
}

function taken(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > STALE) rmSync(file, { force: true });
    return false;
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Another process took the claim for void; that costs a second transfer.
  }
}
