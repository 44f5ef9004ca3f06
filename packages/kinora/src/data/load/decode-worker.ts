/**
 * A worker thread that reads clips, one after the other. On Linux it gives way to the thread that trains: there a
 * thread has its own priority, elsewhere priorities belong to the whole process and are left alone.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toThread } from '../thread-error.js';
import { type ClipReader, clipReader, type ReaderOptions } from './clip-reader.js';
import type { DecodeReply, NumberedJob } from './decode-job.js';

export interface WorkerSetup {
  readonly reader: ReaderOptions;
  /** int32 `[1]` in shared memory: the generation of jobs that still counts. */
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
