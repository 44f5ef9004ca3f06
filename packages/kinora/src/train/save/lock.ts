/**
 * One training at a time in a run folder: a file names the process that works there. A lock whose process is gone
 * (killed, power cut) is taken over; one of another machine, on shared storage, is believed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch';

const NAME = 'training.lock';

/** Runs `work` while this process holds the folder. Throws `train/locked` where another one does. */
export async function withRunLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = join(folder, NAME);
  take(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): void {
  const own = `${hostname()} ${process.pid}\n`;
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [host = '', pid = ''] = holder(file);
    if (host !== hostname() || isAlive(Number(pid))) throw locked(file, host, pid);
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

const locked = (file: string, host: string, pid: string): KinoraError =>
  new KinoraError({
    code: 'train/locked',
    where: file,
    expected: 'no other training in this run folder',
    received: `process ${pid} on ${host}`,
    hint: 'wait for it or stop it; if it does not exist any more, delete the file',
  });
