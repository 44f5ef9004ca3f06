/** A thread that fetches one file and wakes up the thread that waits for it. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type ThreadError, toThread } from '../../threads.js';
import { INDEX_LIMIT } from '../index-file.js';
import { fetchBytes } from './fetch-range.js';

export type FetchedIndex = { readonly bytes: Uint8Array } | { readonly error: ThreadError };

export interface IndexRequest {
  readonly url: string;
  readonly timeout: number;
  /** int32 `[1]` in shared memory: 1 when the reply is there. */
  readonly done: Int32Array;
  readonly port: MessagePort;
}

const { url, timeout, done, port } = workerData as IndexRequest;

const reply = await fetchBytes(url, undefined, { timeout, limit: INDEX_LIMIT }).then(
  (bytes): FetchedIndex => ({ bytes }),
  (error: unknown): FetchedIndex => ({ error: toThread(error) }),
);
port.postMessage(reply);
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);
