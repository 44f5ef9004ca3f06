/** A thread that checks whether all frames of clips can be decoded, and computes checksums of shards. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { fileError } from '../decode/file-error.js';
import { openClip } from '../open.js';
import { type ThreadError, toThread } from '../threads.js';

/** Decode the clips at these paths, or compute the checksum of a shard. */
export type CheckTask =
  | { readonly number: number; readonly paths: readonly string[] }
  | { readonly shard: string };

/** The faults of the clips, by position in the task; or the SHA-256 of the shard; or an error. */
export type CheckReply =
  | { readonly faults: readonly (readonly [place: number, fault: ThreadError])[] }
  | { readonly sha256: string }
  | { readonly error: ThreadError };

parentPort!.on('message', async (task: CheckTask) => {
  const reply = await ('paths' in task ? checkClips(task.paths) : checkShard(task.shard)).catch(
    (error: unknown): CheckReply => ({ error: toThread(error) }),
  );
  parentPort!.postMessage(reply);
});

async function checkClips(paths: readonly string[]): Promise<CheckReply> {
  const faults: [number, ThreadError][] = [];
  for (const [place, path] of paths.entries()) {
    try {
      await (await openClip(path)).verify();
    } catch (error) {
      faults.push([place, toThread(error)]);
    }
    parentPort!.postMessage({ note: 1 });
  }
  return { faults };
}

async function checkShard(file: string): Promise<CheckReply> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash).catch((error: unknown) => {
    throw fileError(error, file, 'a shard of packed clips');
  });
  return { sha256: hash.digest('hex') };
}
