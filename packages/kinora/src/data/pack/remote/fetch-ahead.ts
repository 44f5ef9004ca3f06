/**
 * Prefetches blocks for the next batches of an epoch in a separate thread, because the training thread is busy for
 * seconds at a time. This only shortens waiting: the reader of a clip fetches missing blocks itself, and reports
 * errors.
 */
import { Worker } from 'node:worker_threads';
import { blocksOf } from './blocks.js';
import type { AheadWork } from './fetch-ahead-worker.js';
import { type Mirror, mirrorOf, sizeIn } from './mirror.js';
import type { Placement } from './placement.js';

export interface FetchAhead {
  /** Batch `number` is in use. */
  reached(number: number): void;
  /** Ends the thread after its current request. */
  stop(): Promise<void>;
}

/** Fetches the blocks of these batches, each a list of positions, from the first batch on. */
export function fetchAhead(
  placement: Placement,
  batches: Iterable<readonly number[]>,
  first: number,
): FetchAhead {
  const reached = new Int32Array(new SharedArrayBuffer(4)).fill(first);
  const work: AheadWork = { ...planOf(placement, batches, first), shards: placement.shards, reached };
  const worker = new Worker(new URL('./fetch-ahead-worker.js', import.meta.url), {
    workerData: work,
    execArgv: [],
  });
  worker.unref();
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
    worker.on('error', () => undefined); // the reader of the clip tries again and reports the error
  });
  return {
    reached: (number) => Atomics.store(reached, 0, number),
    stop: async () => {
      worker.ref(); // otherwise a process with nothing else to do would exit here, in the middle of the caller's work
      worker.postMessage('stop');
      await ended;
    },
  };
}

/** Bytes of a clip that are fetched ahead: where it ends is only a claim of the index. */
const MOST = 2 ** 28;

/** Each block once, in the order in which they are needed: its shard, its number, and the first batch that needs it. */
function planOf(
  { shards, shard, from, to }: Placement,
  batches: Iterable<readonly number[]>,
  first: number,
): Pick<AheadWork, 'shard' | 'block' | 'batch'> {
  const mirrors = shards.map((path) => mirrorOf(path) as Mirror);
  const known = shards.map(() => new Set<number>());
  const plan = { shard: [] as number[], block: [] as number[], batch: [] as number[] };
  let batch = first;
  for (const positions of batches) {
    for (const position of positions) {
      const own = shard[position]!;
      const start = from[position]!;
      const next = Number.isFinite(to[position]!) ? to[position]! : sizeIn(mirrors[own]!, shards[own]!);
      const end = Math.min(next, start + MOST);
      for (const block of blocksOf(mirrors[own]!, start, end - start)) {
        if (known[own]!.has(block)) continue;
        known[own]!.add(block);
        plan.shard.push(own);
        plan.block.push(block);
        plan.batch.push(batch);
      }
    }
    batch++;
  }
  return plan;
}
