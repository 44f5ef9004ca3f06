/**
 * The thread of `fetch-ahead.ts`: fetches several blocks at a time, in the order in which they are needed, and not too
 * far ahead.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { fetchBlock } from './blocks.js';
import { mirrorOf } from './mirror.js';

/** Blocks in the order in which they are needed. */
export interface AheadWork {
  readonly shards: readonly string[];
  /** For each block: its shard, its number, and the first batch that needs it. */
  readonly shard: readonly number[];
  readonly block: readonly number[];
  readonly batch: readonly number[];
  /** int32 `[1]` in shared memory: the latest batch in use. */
  readonly reached: Int32Array;
}

/** Concurrent requests, and blocks fetched beyond those that the latest batch needs. */
const AT_A_TIME = 8;
const AHEAD = 32;

const { shards, shard, block, batch, reached } = workerData as AheadWork;
const stop = new AbortController();
let next = 0;

parentPort!.once('message', () => stop.abort());
await Promise.allSettled(Array.from({ length: AT_A_TIME }, fetchInTurn));
parentPort!.close();

async function fetchInTurn(): Promise<void> {
  while (next < block.length && !stop.signal.aborted) {
    if (!isNear(next)) await new Promise((resolve) => setTimeout(resolve, 20));
    else {
      const i = next++;
      const path = shards[shard[i]!]!;
      await fetchBlock(mirrorOf(path)!, path, block[i]!, { signal: stop.signal });
    }
  }
}

/** Whether block `i` is needed now, or is one of the next few. */
function isNear(i: number): boolean {
  const before = batch[i - AHEAD];
  return before === undefined || before <= Atomics.load(reached, 0);
}
