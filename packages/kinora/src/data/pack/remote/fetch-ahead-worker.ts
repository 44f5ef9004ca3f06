/** The thread of `fetch-ahead.ts`: some blocks at a time, in the order of need, and not too far ahead of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { fetchBlock } from './blocks.js';
import { mirrorOf } from './mirror.js';

/** Blocks in the order of need. */
export interface AheadWork {
  readonly shards: readonly string[];
  /** Of each block: its shard, its number, and the batch that needs it first. */
  readonly shard: readonly number[];
  readonly block: readonly number[];
  readonly batch: readonly number[];
  /** int32 `[1]` in shared memory: the last batch handed out. */
  readonly reached: Int32Array;
}

/** Requests under way at a time, and blocks fetched beyond those that the batch handed out last needs. */
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

/** Whether block `i` is needed by now, or is one of the next few. */
function isNear(i: number): boolean {
  const before = batch[i - AHEAD];
  return before === undefined || before <= Atomics.load(reached, 0);
}
