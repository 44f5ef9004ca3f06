/**
 * The threads that read clips. All jobs are assigned at once, each to the thread with the fewest, because the training
 * thread is busy for seconds at a time and could not hand them out one by one. Without threads, the calling thread
 * reads.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { endThreads } from '../decode/addon-threads.js';
import { fromThread } from '../threads.js';
import { clipReader, type ReaderOptions } from './clip-reader.js';
import type { DecodeJob, DecodeReply, NumberedJob, WorkerSetup } from './decode-worker.js';

export interface DecodePool {
  readonly workers: number;
  /** Reads one clip and resolves to its label. Rejects with the reader's error, or if its thread dies. */
  run(job: DecodeJob): Promise<number>;
  /** Cancels the jobs that no thread has started; they resolve to -1. */
  cancel(): void;
  /** Terminates the threads. Jobs in progress reject. */
  close(): Promise<void>;
}

/** More threads than processors only cost memory. */
export function boundedWorkers(requested: number): number {
  return Math.max(0, Math.min(requested, availableParallelism()));
}

/** Every thread costs memory; more have not been measured. */
const MOST = 16;

/**
 * Default number of threads: one per processor. They have a lower priority than the training thread. Launchers that
 * start several ranks on a host set LOCAL_WORLD_SIZE; Slurm does not, but assigns processors to each rank.
 */
export function defaultWorkers({ LOCAL_WORLD_SIZE = '1' }: NodeJS.ProcessEnv = process.env): number {
  const own = Math.floor(availableParallelism() / Math.max(1, Number(LOCAL_WORLD_SIZE) || 1));
  return Math.min(MOST, Math.max(1, own));
}

/** Frames are not in the heap; a thread whose heap grows this large is broken, and must not use up the machine's memory. */
const LIMITS = { maxOldGenerationSizeMb: 256 };

const WORKER = new URL('./decode-worker.js', import.meta.url);

export function decodePool(workers: number, reader: ReaderOptions, entry: URL = WORKER): DecodePool {
  return workers === 0 ? ownThread(reader) : threadPool(workers, reader, entry);
}

/** One clip at a time, because of the reader's scratch memory; signals and timers are handled between clips. */
function ownThread(reader: ReaderOptions): DecodePool {
  const read = clipReader(reader);
  let generation = 0;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    workers: 0,
    run: ({ item, draw, out, flow }) => {
      const mine = generation;
      const result = queue.then(async () => {
        await new Promise(setImmediate);
        return mine === generation ? read(item, draw, out, flow) : -1;
      });
      queue = result.catch(() => undefined);
      return result;
    },
    cancel: () => {
      generation++;
    },
    close: async () => {
      generation++;
      await queue;
    },
  };
}

interface Waiting {
  readonly job: NumberedJob;
  resolve(label: number): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  /** Pending jobs, in order; the first is in progress. */
  readonly waiting: Map<number, Waiting>;
  /** Why the thread ended. */
  ended?: Error;
}

function threadPool(count: number, reader: ReaderOptions, entry: URL): DecodePool {
  const generation = new Int32Array(new SharedArrayBuffer(4));
  const threads = Array.from({ length: count }, () => startThread(entry, { reader, generation }));
  let number = 0;
  return {
    workers: count,
    run: (job) => send(leastBusy(threads), { ...job, number: number++, generation: generation[0]! }),
    cancel: () => {
      Atomics.add(generation, 0, 1);
    },
    close: () => endThreads(threads.map(({ worker }) => worker)),
  };
}

function startThread(entry: URL, setup: WorkerSetup): Thread {
  // Flags such as --input-type do not apply to a thread that runs a file.
  const worker = new Worker(entry, { workerData: setup, execArgv: [], resourceLimits: LIMITS });
  const thread: Thread = { worker, waiting: new Map() };
  worker.unref();
  worker.on('message', (reply: DecodeReply) => settle(thread, reply));
  worker.on('error', (error) => abandon(thread, error));
  worker.on('exit', (code) => abandon(thread, new Error(`it ended with code ${code}`)));
  return thread;
}

/** Threads keep the process alive only while they have work. */
function send(thread: Thread, job: NumberedJob): Promise<number> {
  return new Promise((resolve, reject) => {
    if (thread.ended !== undefined) {
      reject(died(job, thread.ended));
      return;
    }
    thread.worker.ref();
    thread.waiting.set(job.number, { job, resolve, reject });
    thread.worker.postMessage(job);
  });
}

function settle(thread: Thread, reply: DecodeReply): void {
  const waiting = thread.waiting.get(reply.number);
  thread.waiting.delete(reply.number);
  if (thread.waiting.size === 0) thread.worker.unref();
  if ('error' in reply) waiting?.reject(fromThread(reply.error));
  else waiting?.resolve(reply.label);
}

/** The thread is gone: all its jobs fail with an error that names the clip in progress. */
function abandon(thread: Thread, cause: Error): void {
  thread.ended ??= cause;
  const [first] = thread.waiting.values();
  for (const { reject } of thread.waiting.values()) reject(died(first!.job, cause));
  thread.waiting.clear();
}

function leastBusy(threads: readonly Thread[]): Thread {
  return threads.reduce((best, thread) => (thread.waiting.size < best.waiting.size ? thread : best));
}

function died(job: NumberedJob, cause: Error): KinoraError {
  return kinoraError('data/worker-died', job.item.path, {
    expected: 'its decoding thread to reply',
    received: `the end of the thread (${cause.message})`,
    hint: 'use fewer workers if memory is short',
    cause,
  });
}
