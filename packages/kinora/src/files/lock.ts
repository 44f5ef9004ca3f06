/**
 * Lets one process at a time do work that two would spoil for each other. The lock is a file that names its holder; the holder
 * also keeps it locked with flock(2), which the kernel releases when the process ends, however it ends. Where flock is missing
 * (no `flock` program, or a file system without it), the identity in the file decides whether the holder still runs.
 *
 * A lock whose holder is gone is taken over by creating its successor, a file named after the hash of the dead lock's content.
 * Creation is exclusive, so of any number of processes that find the same dead lock one gets it. The new holder then moves its
 * file over the dead one. A holder that dies before that leaves a chain, and the next process continues at its end.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, parse } from 'node:path';
import { KinoraError } from '@kinora/torch/error';

/** Code of the error that a second process gets, and what it expected. */
export interface LockWords {
  readonly code: string;
  readonly expected: string;
}

/** Runs `work` while this process holds the lock. Throws an error in these words where another one holds it. */
export async function withLock<T>(file: string, words: LockWords, work: () => Promise<T>): Promise<T> {
  const lock = take(file, words);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** A lock file that this process has written, and keeps open. */
class OwnLock {
  #file: number;
  readonly #identity: Holder;
  readonly #temporary: string;

  constructor(path: string) {
    const nonce = randomBytes(8).toString('hex');
    this.#identity = { ...own(), nonce };
    this.#temporary = join(dirname(path), `.${basename(path)}.${nonce}.tmp`);
    this.#file = this.#write(this.#temporary);
  }

  /** Puts the lock at `path`, whole and exclusively. False where there is a file already. */
  createAt(path: string): boolean {
    try {
      linkSync(this.#temporary, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      if (!NO_LINKS.includes(code)) throw error;
    }
    try {
      const file = this.#write(path);
      closeSync(this.#file);
      this.#file = file;
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  isAt(path: string): boolean {
    const text = textOf(path);
    return text !== undefined && parseIdentity(text).nonce === this.#identity.nonce;
  }

  /** Removes the name under which the lock was written. */
  settle(): void {
    rmSync(this.#temporary, { force: true });
  }

  close(): void {
    this.settle();
    closeSync(this.#file);
  }

  #write(path: string): number {
    const file = openSync(path, 'wx+');
    const flocked = flock(file, 'exclusive') === 'granted';
    writeSync(file, identityText(this.#identity, flocked));
    return file;
  }
}

/** Errors of file systems without hard links, such as exFAT. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

function take(file: string, words: LockWords): { release(): void } {
  for (;;) {
    const lock = new OwnLock(file);
    try {
      if (tryToTake(file, lock, words)) {
        lock.settle();
        return { release: () => release(file, lock) };
      }
    } catch (error) {
      lock.close();
      throw error;
    }
    lock.close();
  }
}

function release(file: string, lock: OwnLock): void {
  if (lock.isAt(file)) rmSync(file, { force: true });
  lock.close();
}

/** False where the lock changed hands in the meantime. Throws where its holder runs. */
function tryToTake(file: string, lock: OwnLock, words: LockWords): boolean {
  const first = textOf(file);
  if (first === undefined) return lock.createAt(file);
  for (let [path, text] = [file, first]; ; ) {
    if (isHeld(path, text)) throw locked(file, words, text);
    path = successorOf(file, text);
    if (lock.createAt(path)) return succeed(file, first, path);
    const next = textOf(path);
    if (next === undefined) return false;
    text = next;
  }
}

/**
 * Moves the lock at `path`, the end of the chain, over the first one, and removes the rest of the chain. Where the first one
 * is no longer there, somebody else has done so, and the end was one of a chain that is over.
 */
function succeed(file: string, first: string, path: string): boolean {
  if (textOf(file) !== first) {
    rmSync(path, { force: true });
    return false;
  }
  renameSync(path, file);
  const { dir, base } = parse(file);
  for (const name of readdirSync(dir || '.'))
    if (name.startsWith(`${base}.`) && SUCCESSOR.test(name)) rmSync(join(dir, name), { force: true });
  return true;
}

const SUCCESSOR = /\.after-[0-9a-f]{16}$/;

const successorOf = (file: string, text: string): string =>
  `${file}.after-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * A process among all that have run, as far as the system tells: its host, the host's boot, its process namespace (that of a
 * container), its number there and the clock tick in which it started. Empty: unknown.
 */
interface Identity {
  readonly host: string;
  readonly pid: string;
  readonly started: string;
  readonly boot: string;
  readonly namespace: string;
}

/** An identity, and a number drawn for this one lock. */
interface Holder extends Identity {
  readonly nonce: string;
}

const own = (): Identity => ({
  host: hostname(),
  pid: String(process.pid),
  started: startOf('self'),
  boot: known(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  namespace: known(() => readlinkSync('/proc/self/ns/pid')),
});

/** In clock ticks since the boot: field 22 of proc(5)'s stat, counted behind the name, which may hold spaces. */
const startOf = (pid: string): string =>
  known(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!);

function known(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** One line. Host and process come first, which is all that earlier versions wrote. */
const identityText = ({ host, pid, started, boot, namespace, nonce }: Holder, flocked: boolean): string =>
  `${[host, pid, started, boot, namespace, nonce, flocked ? 'flock' : ''].map((word) => word || '-').join(' ')}\n`;

function parseIdentity(text: string): Holder & { readonly flocked: boolean } {
  const words = text.trim().split(' ');
  const [host = '', pid = '', started = '', boot = '', namespace = '', nonce = '', flocked] = words.map(
    (word) => (word === '-' ? '' : word),
  );
  return { host, pid, started, boot, namespace, nonce, flocked: flocked === 'flock' };
}

/** The process that holds a lock at this moment; undefined if none does. */
export function holderOf(file: string): { readonly pid: number } | undefined {
  const text = textOf(file);
  if (text === undefined || text === '' || !isHeld(file, text)) return undefined;
  return { pid: Number(parseIdentity(text).pid) };
}

/** Whether the process that wrote a lock still holds it. */
function isHeld(path: string, text: string): boolean {
  const holder = parseIdentity(text);
  const self = own();
  const isSameBoot = holder.boot === self.boot || holder.boot === '';
  if (holder.flocked) {
    const answer = flockOf(path);
    if (answer === 'refused') return true;
    // Another machine's kernel may not share its locks; this one's knows them all.
    if (answer === 'granted' && isSameBoot) return false;
  }
  const isSameProcessTable = isSameBoot && (holder.namespace === self.namespace || holder.namespace === '');
  // A process that cannot be seen from here is believed, unless its host has our name: then ours was restarted since.
  if (!isSameProcessTable || holder.host !== self.host) return holder.host !== self.host;
  if (holder.started !== '') return startOf(holder.pid) === holder.started;
  return holder.pid !== self.pid && isRunning(Number(holder.pid));
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

type FlockAnswer = 'granted' | 'refused' | 'unknown';

function flockOf(path: string): FlockAnswer {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    return 'unknown';
  }
  try {
    return flock(file, 'shared'); // so that several that ask do not take each other for the holder
  } finally {
    closeSync(file);
  }
}

/** Asks for flock(2) on an open file, through the program of that name, since Node cannot. The lock is the file's, and stays. */
function flock(file: number, kind: 'exclusive' | 'shared'): FlockAnswer {
  const { status, stderr } = spawnSync('flock', [kind === 'shared' ? '-s' : '-x', '-n', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', file],
    encoding: 'utf8',
  });
  if (status === 0) return 'granted';
  return status === 1 && stderr === '' ? 'refused' : 'unknown';
}

function locked(file: string, words: LockWords, text: string): KinoraError {
  const { host, pid } = parseIdentity(text);
  return new KinoraError({
    ...words,
    where: file,
    received: `process ${pid} on ${host}`,
    hint: 'wait for it or stop it; if it no longer exists, delete the file',
  });
}
