/**
 * A worker thread that reads clips, one after the other. On Linux, where threads have their own priority, it gets a
 * lower one than the training thread; elsewhere priorities apply to the whole process and are not changed.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { ClipItem } from '../lists/clip-list.js';
import { type ThreadError, toThread } from '../threads.js';
import { type ClipReader, clipReader, type Draw, type ReaderOptions } from './clip-reader.js';

export interface WorkerSetup {
  readonly reader: ReaderOptions;
  /** int32 `[1]` in shared memory: the generation of jobs that is still valid. */
  readonly generation: Int32Array;
}

const NICENESS = 10;

if (process.platform === 'linux') setPriority(0, Math.max(NICENESS, getPriority(0)));

const { reader, generation } = workerData as WorkerSetup;
const read = clipReader(reader);
let queue: Promise<void> = Promise.resolve();

parentPort!.on('message', (job: NumberedJob) => {
  queue = queue.then(async () => parentPort!.postMessage(await answer(read, job)));
});

async function answer(read: ClipReader, job: NumberedJob): Promise<DecodeReply> {
  if (Atomics.load(generation, 0) !== job.generation) return { number: job.number, label: -1 };
  try {
    return { number: job.number, label: await read(job.item, job.draw, job.out, job.flow) };
  } catch (error) {
    return { number: job.number, error: toThread(error) };
  }
}

/** Read this clip into `out`, and its flow into `flow` if requested; both are shared memory. */
export interface DecodeJob {
  readonly item: ClipItem;
  readonly draw: Draw;
  readonly out: Uint8Array;
  readonly flow?: Uint8Array;
}

export interface NumberedJob extends DecodeJob {
  readonly number: number;
  /** Jobs of an older generation than the shared counter are cancelled. */
  readonly generation: number;
}

export type DecodeReply =
  | { readonly number: number; readonly label: number }
  | { readonly number: number; readonly error: ThreadError };
