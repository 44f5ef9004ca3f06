/**
 * Runs jobs in processes of their own, so that several runs can be trained side by side: the library trains one at a time in a
 * process. A job is plain data, and stores everything in files; only lines of text are sent back. The module that calls
 * `runInChild` is also the child's program, and calls `serveJobs` there.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { type Progress, silent } from '../progress.js';

export interface ChildOptions {
  /** Name of the job, before its lines and in errors. */
  readonly name: string;
  /** Processes at a time, which share the processors: the engine of each gets that share of threads. */
  readonly jobs: number;
  readonly progress?: Progress | undefined;
  /** Tells the child to save and stop. */
  readonly signal?: AbortSignal | undefined;
}

/** What a job gets besides its data. */
export interface JobOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type Reply = { readonly line: string } | { readonly error: string };

/**
 * Runs one job and waits until its process has ended. Throws the job's error, `trials/process-died`, or the signal's reason.
 * @param program address of the module that serves the job
 */
export function runInChild(program: string, job: object, options: ChildOptions): Promise<void> {
  const { name, jobs, progress = silent, signal } = options;
  const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
  const child = fork(new URL(program), { env, execArgv: [] });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  child.send(job);
  return new Promise<void>((resolve, reject) => {
    let failure: Error | undefined;
    child.on('message', (reply: Reply) => {
      if ('line' in reply) progress.log(`${name}: ${reply.line}`);
      else failure = new Error(reply.error);
    });
    child.on('error', reject);
    child.on('close', (code, how) => {
      if (signal?.aborted) reject(signal.reason);
      else if (failure === undefined && code === 0) resolve();
      else reject(failure ?? processDied(name, how ?? `code ${code}`));
    });
  }).finally(() => signal?.removeEventListener('abort', stop));
}

const processDied = (name: string, how: string): KinoraError =>
  kinoraError('trials/process-died', name, 'its process to finish', `its end by ${how}`, {
    hint: 'if memory is short, run fewer in parallel with --jobs',
  });

/**
 * In a child that runs `program`: works on the job that it is sent, and exits. It also receives Ctrl+C, and stops after
 * saving. In any other process it does nothing.
 */
export function serveJobs<Job>(
  program: string,
  work: (job: Job, options: JobOptions) => Promise<unknown>,
): void {
  if (process.argv[1] !== fileURLToPath(program) || process.send === undefined) return;
  process.once('message', (job: Job) => void serve(job, work));
}

async function serve<Job>(
  job: Job,
  work: (job: Job, options: JobOptions) => Promise<unknown>,
): Promise<void> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => controller.abort(new Error(`stopped by ${name}`)));
  // Without the parent there is nobody to take the result.
  process.on('disconnect', () => controller.abort(new Error('the parent process has ended')));
  const send = (reply: Reply) => void (process.connected && process.send?.(reply));
  const progress = { ...silent, log: (line: string) => send({ line }) };
  try {
    await work(job, { progress, signal: controller.signal });
  } catch (error) {
    send({ error: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}
