/** A thread that writes shards, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ThreadError, toThread } from '../../threads.js';
import { packShard, type ShardTask, type WrittenShard } from './pack-shard.js';

export interface PackWork {
  /** int32 `[1]` in shared memory: nonzero once work should stop. */
  readonly stop: Int32Array;
}

/** A finished shard; that it was abandoned because work should stop; or an error. */
export type PackReply = { readonly written: WrittenShard | undefined } | { readonly error: ThreadError };

const { stop } = workerData as PackWork;
const goesOn = (): boolean => Atomics.load(stop, 0) === 0;

parentPort!.on('message', async (task: ShardTask) => {
  const reply = await packShard(task, goesOn, () => parentPort!.postMessage({ note: 1 })).then(
    (written): PackReply => ({ written }),
    (error: unknown): PackReply => ({ error: toThread(error) }),
  );
  parentPort!.postMessage(reply);
});
