/**
 * Hands tasks to threads of one kind, one at a time each, until all are done, one fails or the caller stops. Knows
 * nothing of what they do: a thread answers each message it gets with one message.
 */
import { Worker } from 'node:worker_threads';
import { KinoraError, type KinoraErrorParts } from '@kinora/torch/error';

export interface TaskPoolOptions<Task, Reply> {
  /** The program of a thread, and what it is started with. */
  readonly entry: URL;
  readonly workerData: unknown;
  readonly threads: number;
  /** Called with each answer, in whatever order tasks end; what it throws ends the work. */
  readonly onReply: (task: Task, reply: Reply) => void;
  /** Finishes the tasks under way and begins no others. */
  readonly signal?: AbortSignal | undefined;
  /** What a thread sends besides answers, such as its progress; it must have the key `note`. */
  readonly onNote?: (note: unknown) => void;
  /** The error of a thread that ended by itself, at this task. */
  readonly onDeath?: (task: Task, reason: string) => Error;
}

/** Throws what `onReply` throws, and where a thread dies. */
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
    // Without a task it is the end that `terminate` brings.
    const die = (cause: Error) => reject((task !== undefined && onDeath?.(task, cause.message)) || cause);
    worker.on('error', die);
    worker.on('exit', (code) => die(new Error(`a thread ended with code ${code}`)));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** Errors on their way between threads: structured cloning would lose their class and code. */

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

/** As Promise.all, but when one fails it waits for the others too: they are still writing. */
export async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
