/**
 * One process at a time at a work that two would spoil for each other: a file names the one that is at it. A lock whose
 * process is gone (killed, power cut) is taken over; one of another machine, on shared storage, is believed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { KinoraError } from '@kinora/torch/error';

/** The code of the error of whoever comes second, and what it expected. */
export interface LockWords {
  readonly code: string;
  readonly expected: string;
}

/** Runs `work` while this process holds the lock. Throws an error in these words where another one does. */
export async function withLock<T>(file: string, words: LockWords, work: () => Promise<T>): Promise<T> {
  take(file, words);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string, words: LockWords): void {
  const own = `${hostname()} ${process.pid}\n`;
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [host = '', pid = ''] = holder(file);
    if (host !== hostname() || isAlive(Number(pid))) throw locked(file, words, host, pid);
    rmSync(file, { force: true });
  }
}

function holder(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split(' ');
  } catch {
    return [hostname(), '']; // gone in the meantime
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const locked = (file: string, words: LockWords, host: string, pid: string): KinoraError =>
  new KinoraError({
    ...words,
    where: file,
    received: `process ${pid} on ${host}`,
    hint: 'wait for it or stop it; if it does not exist any more, delete the file',
  });
