/**
 * A claim: a file beside a block that says that somebody is fetching it. It saves traffic and no more: should two fetch a
 * block, either file will do.
 */
import { closeSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';

/** A claim is renewed this often, in milliseconds, and given up by all when it is this old. */
const RENEW = 1000;
const STALE = 5000;

/** Lays claim to a block until the returned function is called; undefined while somebody else has it. */
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
    // Another took it for given up; that costs a second transfer.
  }
}
