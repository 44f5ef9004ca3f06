/**
 * Lets one process at a time do work that others would only repeat. It saves time but is not needed for correctness: results
 * are renamed into place, so it does no harm if two processes rarely take the same stale lock.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onInterrupt } from './run.mjs';

const BEAT = 2_000; // ms between two heartbeats
const STALE = 30_000; // ms without a heartbeat, after which the holder counts as gone
const POLL = 200; // ms

/**
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  for (let reported = false; !take(file); await sleep(POLL)) {
    if (isStale(file)) rmSync(file, { force: true });
    else if (!reported) {
      onWait(holderOf(file)?.pid ?? 'unknown');
      reported = true;
    }
  }
  const release = () => rmSync(file, { force: true });
  const forget = onInterrupt(release);
  const heart = setInterval(() => utimes(file, new Date(), new Date(), () => {}), BEAT); // ignore an error: the file may be gone
  try {
    return await work();
  } finally {
    clearInterval(heart);
    forget();
    release();
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, JSON.stringify({ pid: String(process.pid), host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file @returns {{ pid: string, host: string } | undefined} */
function holderOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // just released, or not yet written: try again
  }
}

/**
 * Whether the holder still runs: a process on this machine is checked directly, one elsewhere (a shared folder, a container) by
 * its last heartbeat.
 * @param {string} file
 */
function isStale(file) {
  const holder = holderOf(file);
  if (holder?.host === hostname() && !isAlive(Number(holder.pid))) return true;
  const beat = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return beat !== undefined && Date.now() - beat > STALE;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
