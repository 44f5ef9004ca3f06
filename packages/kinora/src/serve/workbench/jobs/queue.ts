/**
 * The queue of a project: one job at a time, each a detached process that runs the command line and outlives the server. A
 * server that starts finds the process of a job by the lock that it holds; a training whose process was killed is queued again
 * and resumes at its last checkpoint, bit for bit.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinoraError } from '@kinora/torch/error';
import { holderOf } from '../../../files/lock.js';
import { diskFull } from '../../../project/intake.js';
import { type Project, pathsOf } from '../../../project/project.js';
import {
  continues,
  type JobKind,
  jobFolder,
  logFile,
  readExit,
  readJobs,
  removeJobFolder,
  type StoredJob,
  saveJob,
  unknownJob,
} from './job.js';

const MAIN = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));
const PRELOAD = new URL('./preload.js', import.meta.url).href;

/** Milliseconds between two looks at the running process. */
const LOOK = 500;
/** Within which a process that was started takes its lock. */
const PATIENCE = 60_000;

export type JobState = 'queued' | 'running' | 'stopping' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** A job, and how its process is doing. */
export interface SeenJob extends StoredJob {
  readonly seen: JobState;
}

export class JobQueue {
  readonly #project: Project;
  readonly #onChange: () => void;
  #jobs: StoredJob[];
  #timer: NodeJS.Timeout | undefined;
  /** Process of this server's own, until it has taken its lock. */
  #child: { readonly id: string; alive: boolean } | undefined;
  #closed = false;

  constructor(project: Project, onChange: () => void) {
    this.#project = project;
    this.#onChange = onChange;
    this.#jobs = readJobs(project);
    this.#look();
  }

  /** The latest first. */
  list(): SeenJob[] {
    return this.#jobs.map((job) => ({ ...job, seen: this.#seen(job) }));
  }

  get(id: string): SeenJob {
    const job = this.#jobs.find((one) => one.id === id);
    if (job === undefined) throw unknownJob(id);
    return { ...job, seen: this.#seen(job) };
  }

  add(kind: JobKind, run: string | null, words: readonly string[]): SeenJob {
    const now = Date.now();
    const id = `${new Date(now).toISOString().replace(/\D/g, '').slice(0, 17)}-${randomBytes(4).toString('hex')}`;
    const job: StoredJob = {
      ...{ id, kind, run, words: [...words], state: 'queued', added: now, queued: now },
      ...{ started: null, ended: null, code: null },
    };
    this.#save(job);
    this.#look();
    return this.get(id);
  }

  /** Takes a job out of the queue, or interrupts its process, which saves first. */
  stop(id: string): SeenJob {
    const job = this.get(id);
    if (job.seen === 'queued') this.#update(id, { state: 'stopped', ended: Date.now() });
    else if (job.seen === 'running' || job.seen === 'stopping') {
      const holder = this.#holder(id);
      if (holder === undefined)
        throw kinoraError('job/busy', id, 'a process that has started', 'one that is starting', {
          hint: 'try again',
        });
      this.#update(id, { state: 'stopping' });
      process.kill(holder.pid, 'SIGINT');
    } else throw kinoraError('job/ended', id, 'a job that is queued or running', `one that is ${job.seen}`);
    this.#look();
    return this.get(id);
  }

  /** Queues a job again that has stopped, failed or was interrupted. */
  resume(id: string, words: readonly string[]): SeenJob {
    const { seen } = this.get(id);
    if (!['stopped', 'failed', 'interrupted'].includes(seen))
      throw kinoraError('job/busy', id, 'a job that has stopped', `one that is ${seen}`);
    this.#queueAgain(id, words);
    this.#look();
    return this.get(id);
  }

  remove(id: string): void {
    const { seen } = this.get(id);
    if (['queued', 'running', 'stopping'].includes(seen))
      throw kinoraError('job/busy', id, 'a job that has ended', `one that is ${seen}`, {
        hint: 'stop it first',
      });
    this.#jobs = this.#jobs.filter((job) => job.id !== id);
    removeJobFolder(this.#project, id);
    this.#onChange();
  }

  /** Stops looking. Processes continue. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #seen({ state, code }: StoredJob): JobState {
    if (state === 'queued') return 'queued';
    if (state === 'stopped') return 'stopped';
    if (state === 'ended') {
      if (code === 0) return 'done';
      if (code === 130 || code === 143) return 'stopped';
      return code === null ? 'interrupted' : 'failed';
    }
    return state === 'stopping' ? 'stopping' : 'running';
  }

  #holder = (id: string) => holderOf(join(jobFolder(this.#project, id), 'process.lock'));

  /** Notices what has ended, and starts what comes next. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    for (const job of this.#jobs) if (job.state === 'started' || job.state === 'stopping') this.#lookAt(job);
    const busy = this.#jobs.some(({ state }) => state === 'started' || state === 'stopping');
    const next = this.#jobs.filter(({ state }) => state === 'queued').sort((a, b) => a.queued - b.queued)[0];
    if (!busy && next !== undefined) this.#start(next);
    if (busy || next !== undefined) this.#timer = setTimeout(() => this.#look(), LOOK).unref();
  }

  #lookAt(job: StoredJob): void {
    const exit = readExit(this.#project, job.id);
    if (exit !== undefined) {
      if (this.#child?.id === job.id) this.#child = undefined;
      this.#update(job.id, { state: 'ended', ended: exit.at, code: exit.code });
      return;
    }
    if (this.#child?.id === job.id && this.#child.alive) return;
    if (this.#holder(job.id) !== undefined) return;
    const fresh =
      this.#child?.id !== job.id && Date.now() - (job.started ?? 0) < PATIENCE && isAlive(this.#pid(job.id));
    if (fresh) return;
    // It may have ended since the first look.
    if (readExit(this.#project, job.id) !== undefined) return;
    this.#child = undefined;
    // Killed: what can continue does; what else was cut off is left to whoever looks at it.
    if (continues(job.kind) && job.state === 'started' && this.#tries(job.id) < TRIES) {
      this.#queueAgain(job.id, resumed(this.#project, job), job.queued);
      return;
    }
    this.#update(job.id, { state: 'ended', ended: Date.now(), code: job.state === 'stopping' ? 130 : null });
  }

  /** Restarts of a job in this server, so that one that always dies does not restart for ever. */
  readonly #restarts = new Map<string, number>();
  #tries = (id: string): number => this.#restarts.get(id) ?? 0;

  #queueAgain(id: string, words: readonly string[], queued = Date.now()): void {
    this.#restarts.set(id, this.#tries(id) + 1);
    for (const name of ['exit.json', 'process.lock', 'pid'])
      rmSync(join(jobFolder(this.#project, id), name), { force: true });
    this.#update(id, { state: 'queued', queued, words: [...words], started: null, ended: null, code: null });
  }

  #start(job: StoredJob): void {
    const folder = jobFolder(this.#project, job.id);
    let log: number | undefined;
    try {
      mkdirSync(folder, { recursive: true });
      log = openSync(logFile(this.#project, job.id), 'a');
      this.#update(job.id, { state: 'started', started: Date.now() });
      const child = spawn(process.execPath, ['--import', PRELOAD, MAIN, ...job.words], {
        cwd: this.#project.folder,
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, KINORA_JOB: folder },
      });
      const own = { id: job.id, alive: true };
      this.#child = own;
      child.on('error', () => {
        own.alive = false;
        this.#look();
      });
      child.on('exit', () => {
        own.alive = false;
        this.#look();
      });
      child.unref();
      if (child.pid !== undefined) writePid(folder, child.pid);
    } catch (error) {
      this.#update(job.id, { state: 'ended', ended: Date.now(), code: 1 });
      throw diskFull(error as NodeJS.ErrnoException);
    } finally {
      if (log !== undefined) closeSync(log);
    }
  }

  #pid(id: string): number {
    try {
      return Number(readFileSync(join(jobFolder(this.#project, id), 'pid'), 'utf8'));
    } catch {
      return 0;
    }
  }

  #update(id: string, change: Partial<StoredJob>): void {
    const job = this.#jobs.find((one) => one.id === id)!;
    this.#save({ ...job, ...change });
  }

  #save(job: StoredJob): void {
    saveJob(this.#project, job);
    const others = this.#jobs.filter(({ id }) => id !== job.id);
    this.#jobs = [...others, job].sort((a, b) => (a.id < b.id ? 1 : -1));
    this.#onChange();
  }
}

/** Restarts of one training by itself. */
const TRIES = 3;

/** The words of a job; of a training with --resume where it has begun. */
export function resumed(project: Project, { kind, run, words }: StoredJob): string[] {
  if (kind !== 'train') return [...words];
  const plain = words.filter((word) => word !== '--resume');
  const begun = existsSync(join(pathsOf(project).runs, run ?? '', 'config.json'));
  return begun ? [...plain, '--resume'] : plain;
}

function writePid(folder: string, pid: number): void {
  const file = openSync(join(folder, 'pid'), 'w');
  writeSync(file, String(pid));
  closeSync(file);
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
