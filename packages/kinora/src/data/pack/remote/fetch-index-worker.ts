/** A thread that fetches one file and wakes up the thread that waits for it. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type ThreadError, toThread } from '../../threads.js';
import { fetchBytes } from './fetch-range.js';

export type FetchedIndex = { readonly bytes: Uint8Array } | { readonly error: ThreadError };

const { url, done, port } = workerData as { url: string; done: Int32Array; port: MessagePort };

const reply = await fetchBytes(url).then(
  (bytes): FetchedIndex => ({ bytes }),
  (error: unknown): FetchedIndex => ({ error: toThread(error) }),
);
port.postMessage(reply);
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);
