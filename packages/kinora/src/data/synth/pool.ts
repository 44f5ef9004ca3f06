/** Hands clips to worker threads, one at a time each, until all are written, one fails or the caller stops. */
import { Worker } from 'node:worker_threads';
import { KinoraError } from '@kinora/torch';
import type { WriteReply } from './synth-worker.js';
import type { WriteRequest } from './write.js';

export interface Written {
  readonly id: string;
  readonly frames: number;
  readonly bytes: number;
}

/**
 * Writes all clips. Order of completion is not order of the list. When `signal` aborts, clips that are being
 * written are finished and no others are begun: nothing half-written stays, and the promise resolves.
 */
export async function writeClips(
  requests: readonly WriteRequest[],
  workers: number,
  onWritten: (clip: Written) => void,
  signal?: AbortSignal,
): Promise<void> {
  const queue = requests.values();
  const stop = new AbortController();
  const next = () => (signal?.aborted || stop.signal.aborted ? undefined : queue.next().value);
  const count = Math.max(1, Math.min(workers, requests.length));
  const runs = Array.from({ length: count }, () => runWorker(next, onWritten));
  for (const run of runs) run.catch(() => stop.abort());
  const failed = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function runWorker(next: () => WriteRequest | undefined, onWritten: (clip: Written) => void): Promise<void> {
  const worker = new Worker(new URL('./synth-worker.js', import.meta.url));
  let current: WriteRequest | undefined;
  return new Promise<void>((resolve, reject) => {
    const advance = () => {
      current = next();
      if (current) worker.postMessage(current);
      else resolve();
    };
    worker.on('message', (reply: WriteReply) => {
      if ('error' in reply) return reject(failure(reply.id, reply.error));
      onWritten(reply);
      advance();
    });
    worker.on('error', (error) => reject(failure(current?.id, String(error))));
    worker.on('exit', (code) => reject(failure(current?.id, `a worker that exited with code ${code}`)));
    advance();
  }).finally(() => worker.terminate());
}

function failure(id: string | undefined, received: string): KinoraError {
  return new KinoraError({
    code: 'synth/write',
    where: id === undefined ? 'synthetic data set' : `synthetic clip ${id}`,
    expected: 'to render and write a clip',
    received,
    hint: 'what is written so far stays; the same command continues',
  });
}
