/**
 * The files of a cache: blocks of packs, kept until newer ones need the space. They are not synced to disk: checksums
 * detect a block that a power cut damaged, and it is fetched again.
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

/** Writes a file atomically. Throws `stream/cache` if it cannot be written. */
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

/** Throws `stream/cache`, with advice, if `work` fails in the file system. */
export function withCacheErrors<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw kinoraError('stream/cache', where, {
      expected: 'room and permission to cache fetched data',
      received: code === undefined ? message : (/^[A-Z0-9]+: (.*?),/.exec(message)?.[1] ?? code),
      hint: 'set another streamCache, or a smaller streamCacheGB',
      cause,
    });
  }
}

/** Number of blocks to write before the next cleanup, by limit and cache. */
const untilCleanup = new Map<string, number>();

/**
 * Removes the oldest files of all mirrors above the limit of the cache, whenever up to a sixteenth of the limit may be
 * new.
 */
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
/** Files that `writeCached` is still writing, before they are renamed to a block. */
const PART = /[.]blocks[/\\]\d+[.]\d+-[0-9a-f]+$/;

/** Milliseconds. Writing takes less; an older partial file was left by a killed process. */
const ABANDONED = 60_000;

/** Blocks and leftovers of killed processes, but not files that are being written. */
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
 * A claim: a file beside a block that a process is fetching. It only saves traffic; if two processes fetch a block,
 * either result is fine.
 */

/** How often a claim is renewed, and the age at which it expires, in milliseconds. */
const RENEW = 1000;
const STALE = 5000;

/** Claims a block until the returned function is called; undefined if another process has it. */
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
    // Another process treated the claim as expired; that costs a second transfer.
  }
}
