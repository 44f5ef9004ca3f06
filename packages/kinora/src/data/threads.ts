/**
 * Distributes tasks to threads, one at a time per thread, until all are done, one fails or the caller stops.
 * Independent of the tasks: a thread replies to each message with one message.
 *
 * Three other files start threads themselves, because their threads differ in just what this pool decides: those of
 * load/decode-pool.ts live as long as the loader and get all jobs at once; that of pack/remote/fetch-ahead.ts has one job,
 * without a reply; that of pack/remote/fetch-index.ts is waited for synchronously.
 */
import { Worker } from 'node:worker_threads';
import { KinoraError, type KinoraErrorParts } from '@kinora/torch/error';

export interface TaskPoolOptions<Task, Reply> {
  /** The program of a thread, and its workerData. */
  readonly entry: URL;
  readonly workerData: unknown;
  readonly threads: number;
  /** Called with each reply, in order of completion; an error that it throws ends the work. */
  readonly onReply: (task: Task, reply: Reply) => void;
  /** Finishes the tasks in progress and starts no others. */
  readonly signal?: AbortSignal | undefined;
  /** Called with other messages, such as progress, which must have the key `note`. */
  readonly onNote?: (note: unknown) => void;
  /** The error for a thread that ended unexpectedly at this task. */
  readonly onDeath?: (task: Task, reason: string) => Error;
}

/** Throws what `onReply` throws, or if a thread dies. */
export async function runTasks<Task, Reply>(
  tasks: Iterable<Task>,
  { threads, signal, ...options }: TaskPoolOptions<Task, Reply>,
): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  let failed = false;
  const next = () => (failed || signal?.aborted ? undefined : (queue.next().value as Task | undefined));
  const runs: Promise<void>[] = [];
  for (let first = next(); first !== undefined; first = runs.length < threads ? next() : undefined)
    runs.push(
      runThread(first, next, options).catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
  const lost = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
  if (lost?.status === 'rejected') throw lost.reason;
}

type ThreadOptions<Task, Reply> = Omit<TaskPoolOptions<Task, Reply>, 'threads' | 'signal'>;

function runThread<Task, Reply>(
  first: Task,
  next: () => Task | undefined,
  { entry, workerData, onReply, onNote, onDeath }: ThreadOptions<Task, Reply>,
): Promise<void> {
  const worker = new Worker(entry, { workerData, execArgv: [] });
  let task: Task | undefined = first;
  return new Promise<void>((resolve, reject) => {
    worker.on('message', (message: Reply | { note: unknown }) => {
      if (typeof message === 'object' && message !== null && 'note' in message) return onNote?.(message.note);
      try {
        onReply(task!, message as Reply);
        task = next();
        if (task === undefined) resolve();
        else worker.postMessage(task);
      } catch (error) {
        reject(error);
      }
    });
    // Without a task, the exit was caused by `terminate`.
    const die = (cause: Error) => reject((task !== undefined && onDeath?.(task, cause.message)) || cause);
    worker.on('error', die);
    worker.on('exit', (code) => die(new Error(`a thread ended with code ${code}`)));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** Errors in messages between threads; structured cloning would lose their class and code. */

export type ThreadError =
  | { readonly kind: 'kinora'; readonly parts: KinoraErrorParts }
  | { readonly kind: 'other'; readonly message: string; readonly stack: string | undefined };

export function toThread(error: unknown): ThreadError {
  if (error instanceof KinoraError) {
    const { cause: _, ...parts } = error.parts;
    return { kind: 'kinora', parts };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'other', message, stack };
}

export function fromThread(error: ThreadError): Error {
  if (error.kind === 'kinora') return new KinoraError(error.parts);
  return Object.assign(new Error(error.message), error.stack === undefined ? {} : { stack: error.stack });
}

/** Like Promise.all, but if one fails it still waits for the others, because they may be writing. */
export async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
