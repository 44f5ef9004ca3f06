/**
 * The index of a pack on a web server, in a mirror on this machine. Lists are read at once, not in time, so a thread fetches
 * the index while this one waits. The mirror's name comes from the index itself: another index has another mirror.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type KinoraError, kinoraError } from '@kinora/clip';
import { fromThread } from '../../threads.js';
import { indexOf } from '../index-file.js';
import { makeFolder, writeCached } from './cache.js';
import type { FetchedIndex } from './fetch-index-worker.js';
import { forgetMirror, type Mirror, mirrorFile } from './mirror.js';

export interface StreamOptions {
  /** Folder that keeps what was fetched; default: `.cache/kinora` in the home folder. */
  readonly cache?: string | undefined;
  /** Bytes that the shards in it may take; the oldest go first. */
  readonly limit?: number | undefined;
  /** Bytes that are fetched at a time. */
  readonly block?: number | undefined;
}

const GIGABYTE = 1e9;

/** Bytes of a block: a request takes about as long to be answered as this to be sent. */
const BLOCK = 4 * 2 ** 20;

/** Milliseconds; beyond it the thread itself is lost. */
const LONGEST = 20 * 60_000;

/** Fetches the index and returns its path in the mirror. Throws KinoraError `stream/*`, `pack/*`. */
export function fetchIndex(url: string, { cache, limit, block }: StreamOptions = {}): string {
  const bytes = fetchNow(url);
  const name = createHash('sha256').update(url).update(bytes).digest('hex').slice(0, 16);
  const folder = join(cache ?? join(homedir(), '.cache', 'kinora'), name);
  const file = join(folder, basename(new URL(url).pathname));
  const facts = { url, block: block ?? BLOCK, limit: limit ?? 50 * GIGABYTE, sizes: sizesIn(url, bytes) };
  makeFolder(folder);
  writeCached(file, bytes);
  writeCached(mirrorFile(folder), Buffer.from(JSON.stringify(facts satisfies Omit<Mirror, 'folder'>)));
  forgetMirror(folder);
  return file;
}

/** Of each shard, by its name. Throws `pack/*` where the bytes are no index. */
function sizesIn(url: string, bytes: Buffer): Mirror['sizes'] {
  const sizes: Record<string, number> = {};
  for (const shard of indexOf(bytes, url).shards) sizes[shard.file] = shard.bytes;
  return sizes;
}

/**
 * Runs `wait`, which blocks this thread, without listeners for signals, which could not run: Ctrl+C then ends the process.
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

function fetchNow(url: string): Buffer {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./fetch-index-worker.js', import.meta.url), {
    workerData: { url, done, port: port2 },
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
  kinoraError('stream/unreachable', url, `the index within ${LONGEST / 60_000} minutes`, 'no end of it', {
    hint: 'check the address and the network',
  });
