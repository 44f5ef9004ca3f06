/** A thread that writes shards, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ThreadError, toThread } from '../../threads.js';
import { packShard, type ShardTask, type WrittenShard } from './pack-shard.js';

export interface PackWork {
  /** int32 `[1]` in shared memory: not 0 once the work is to stop. */
  readonly stop: Int32Array;
}

/** A shard; that it was given up because the work is to stop; or what is wrong. */
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
