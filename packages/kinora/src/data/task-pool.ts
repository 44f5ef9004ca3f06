/**
 * Hands tasks to threads of one kind, one at a time each, until all are done, one fails or the caller stops. Knows
 * nothing of what they do: a thread answers each message it gets with one message.
 */
import { Worker } from 'node:worker_threads';

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
  { entry, workerData, onReply, onNote }: ThreadOptions<Task, Reply>,
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
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with code ${code}`)));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
