/**
 * Fetches the index of a pack on a web server into a mirror on this machine. Lists are read synchronously, so another
 * thread fetches the index while this one waits. The mirror is named after the contents of the index, so another index
 * has another mirror.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type KinoraError, kinoraError } from '@kinora/clip';
import { fromThread } from '../../threads.js';
import { indexOf } from '../index-file.js';
import { makeFolder, writeCached } from './cache.js';
import type { FetchedIndex, IndexRequest } from './fetch-index-worker.js';
import { TIMEOUT } from './fetch-range.js';
import { forgetMirror, type Mirror, mirrorFile } from './mirror.js';

export interface StreamOptions {
  /** Folder of the cache. Default: `.cache/kinora` in the home folder. */
  readonly cache?: string | undefined;
  /** Size limit of the shards in it, in bytes; the oldest are removed first. */
  readonly limit?: number | undefined;
  /** Bytes per request. */
  readonly block?: number | undefined;
  /** Milliseconds within which a server has to make progress. Default: 30,000. */
  readonly timeout?: number | undefined;
}

const GIGABYTE = 1e9;

/** Bytes of a block: transferring it takes about as long as the latency of a request. */
const BLOCK = 4 * 2 ** 20;

/** Milliseconds; after that, the thread itself must have failed. */
const LONGEST = 20 * 60_000;

/** Fetches the index and returns its path in the mirror. Throws KinoraError `stream/*`, `pack/*`. */
export function fetchIndex(
  url: string,
  { cache, limit, block, timeout = TIMEOUT }: StreamOptions = {},
): string {
  const bytes = fetchNow(url, timeout);
  const name = createHash('sha256').update(url).update(bytes).digest('hex').slice(0, 16);
  const folder = join(cache ?? join(homedir(), '.cache', 'kinora'), name);
  const file = join(folder, basename(new URL(url).pathname));
  const facts = {
    url,
    block: block ?? BLOCK,
    limit: limit ?? 50 * GIGABYTE,
    timeout,
    sizes: sizesIn(url, bytes),
  };
  makeFolder(folder);
  writeCached(file, bytes);
  writeCached(mirrorFile(folder), Buffer.from(JSON.stringify(facts satisfies Omit<Mirror, 'folder'>)));
  forgetMirror(folder);
  return file;
}

/** Size of each shard, by name. Throws `pack/*` if the bytes are not an index. */
function sizesIn(url: string, bytes: Buffer): Mirror['sizes'] {
  const sizes: Record<string, number> = {};
  for (const shard of indexOf(bytes, url).shards) sizes[shard.file] = shard.bytes;
  return sizes;
}

/**
 * Runs `wait`, which blocks this thread, without signal listeners, which could not run: Ctrl+C then ends the process.
 * Lists are read before there is anything to save.
 */
function withoutListeners<T>(wait: () => T): T {
  const installed = (['SIGINT', 'SIGTERM'] as const).map((name) => [name, process.listeners(name)] as const);
  for (const [name] of installed) process.removeAllListeners(name);
  try {
    return wait();
  } finally {
    for (const [name, listeners] of installed) for (const listener of listeners) process.on(name, listener);
  }
}

function fetchNow(url: string, timeout: number): Buffer {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./fetch-index-worker.js', import.meta.url), {
    workerData: { url, timeout, done, port: port2 } satisfies IndexRequest,
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  if (withoutListeners(() => Atomics.wait(done, 0, 0, LONGEST)) === 'timed-out') throw tooLong(url);
  const { message } = receiveMessageOnPort(port1) as { message: FetchedIndex };
  port1.close();
  if ('error' in message) throw fromThread(message.error);
  return Buffer.from(message.bytes);
}

const tooLong = (url: string): KinoraError =>
  kinoraError(
    'stream/unreachable',
    url,
    `the index within ${LONGEST / 60_000} minutes`,
    'an incomplete download',
    {
      hint: 'check the address and the network',
    },
  );
