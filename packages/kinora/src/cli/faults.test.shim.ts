/**
 * For tests only, loaded before a program (`node --import`): its n-th change to the file system, in any of its threads, ends the
 * process or fails as on a broken disk. Without n, the number of changes is written to KINORA_FAULT_COUNT at the end.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import threads from 'node:worker_threads';

const KEY = 'kinora: faults';
const { KINORA_FAULT_AT, KINORA_FAULT_KIND, KINORA_FAULT_COUNT, KINORA_FAULT_BELOW = '/' } = process.env;
const at = Number(KINORA_FAULT_AT ?? Number.POSITIVE_INFINITY);

const shared = threads.getEnvironmentData(KEY) as unknown as Int32Array | undefined;
const calls = shared ?? new Int32Array(new SharedArrayBuffer(4));
threads.setEnvironmentData(KEY, calls as unknown as Parameters<typeof threads.setEnvironmentData>[1]);

/** A change: of a path below the folder, or of an open file. Files that are only read do not count. */
function isChange(name: string, [target, second]: readonly unknown[]): boolean {
  if (typeof target === 'number') return target > 2;
  if (name === 'openSync' && (second === undefined || second === 'r' || (Number(second) & 3) === 0))
    return false;
  return resolve(String(target)).startsWith(KINORA_FAULT_BELOW);
}

function count(name: string, path: unknown): void {
  if (Atomics.add(calls, 0, 1) + 1 !== at) return;
  if (KINORA_FAULT_KIND === 'kill') process.kill(process.pid, 'SIGKILL');
  const code = KINORA_FAULT_KIND ?? 'EIO';
  const reason = code === 'ENOSPC' ? 'no space left on device' : 'i/o error';
  const syscall = name.replace(/Sync$/, '');
  const error = new Error(`${code}: ${reason}, ${syscall} '${String(path)}'`);
  throw Object.assign(error, { code, syscall, ...(typeof path === 'string' && { path }) });
}

const CALLS = [
  'mkdir',
  'writeFile',
  'open',
  'write',
  'fsync',
  'rename',
  'symlink',
  'link',
  'rm',
  'unlink',
  'ftruncate',
  'copyFile',
];
const table = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const call of CALLS) {
  const name = `${call}Sync`;
  const real = table[name]!;
  table[name] = (...args) => {
    if (isChange(name, args)) count(name, args[0]);
    return real(...args);
  };
}

const { Worker } = threads;
(threads as { Worker: unknown }).Worker = class extends Worker {
  constructor(entry: string | URL, options: threads.WorkerOptions = {}) {
    super(entry, { ...options, execArgv: ['--import', import.meta.url] });
  }
};
syncBuiltinESMExports();

if (threads.isMainThread && KINORA_FAULT_COUNT !== undefined)
  process.on('exit', () => fs.writeFileSync(KINORA_FAULT_COUNT, String(calls[0])));
