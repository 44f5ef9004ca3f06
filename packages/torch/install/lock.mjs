/**
 * Lets one process at a time do a piece of work that others would only repeat. An economy, not a safeguard:
 * what is built appears by a single rename anyway, so the rare double taking of a stale lock does no harm.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onInterrupt } from './run.mjs';

const BEAT = 2_000; // ms between signs of life
const STALE = 30_000; // ms without one, after which the holder counts as gone
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
  const heart = setInterval(() => utimes(file, new Date(), new Date(), () => {}), BEAT); // if it is gone, so be it
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
    return undefined; // just released, or not yet written: ask again
  }
}

/**
 * A holder on this machine is asked for; one elsewhere (a shared folder, a container) is judged by its last
 * beat.
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
