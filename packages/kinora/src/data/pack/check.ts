/**
 * Finds bad clips before training does: worker threads decode every frame of every clip and verify the checksum of
 * every shard. Changes nothing.
 */
import { dirname, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/clip';
import { type Progress, silent } from '../../progress.js';
import { type BadClip, isClipFault } from '../lists/bad-clips.js';
import type { ClipList } from '../lists/clip-list.js';
import { fromThread, runTasks } from '../threads.js';
import type { CheckReply, CheckTask } from './check-worker.js';
import { readIndex } from './index-file.js';
import { sizeFault } from './read-pack.js';

export interface CheckOptions {
  readonly workers: number;
  readonly progress?: Progress;
  /** Stops after the clips in progress. */
  readonly signal?: AbortSignal;
}

/** Clips per task of a thread. */
const AT_A_TIME = 16;

const WORKER = new URL('./check-worker.js', import.meta.url);

/** The clips of a list that cannot be read, in its order. Throws errors that are the machine's fault. */
export async function checkClips(list: ClipList, options: CheckOptions): Promise<BadClip[]> {
  const { workers, progress = silent, signal } = options;
  const bad: BadClip[] = [];
  const task = progress.task('checking', { total: list.items.length, unit: 'clips' });
  let done = 0;
  try {
    await runTasks<Extract<CheckTask, { number: number }>, CheckReply>(clipTasks(list), {
      entry: WORKER,
      workerData: undefined,
      threads: workers,
      signal,
      onNote: () => task.update(++done),
      onReply: ({ number }, reply) => {
        if ('error' in reply) throw fromThread(reply.error);
        for (const [place, fault] of 'faults' in reply ? reply.faults : []) {
          const error = fromThread(fault);
          if (!isClipFault(error)) throw error;
          const index = number * AT_A_TIME + place;
          const { id, path } = list.items[index]!;
          bad.push({ index, id, path, reason: error.message });
        }
      },
    });
  } finally {
    task.finish();
  }
  return bad.sort((a, b) => a.index - b.index);
}

function* clipTasks({ items }: ClipList): Generator<Extract<CheckTask, { number: number }>> {
  for (let number = 0; number * AT_A_TIME < items.length; number++) {
    const clips = items.slice(number * AT_A_TIME, (number + 1) * AT_A_TIME);
    yield { number, paths: clips.map(({ path }) => path) };
  }
}

/** The faults of the shards beside an index: one line for each shard that differs from what was packed. */
export async function checkShards(index: string, options: CheckOptions): Promise<string[]> {
  const { workers, progress = silent, signal } = options;
  const { header, shards } = readIndex(index);
  const wrong: string[] = [];
  const sums = new Map<string, string>();
  for (const entry of shards) {
    const shard = join(dirname(index), entry.file);
    const fault = sizeFault(shard, entry);
    if (fault === undefined) sums.set(shard, entry.sha256);
    else wrong.push(fault.message);
  }
  const task = progress.task('reading shards', { total: header.shards, unit: 'shards' });
  let done = wrong.length;
  try {
    await runTasks<{ shard: string }, CheckReply>(
      Array.from(sums.keys(), (shard) => ({ shard })),
      {
        entry: WORKER,
        workerData: undefined,
        threads: workers,
        signal,
        onReply: ({ shard }, reply) => {
          task.update(++done);
          const fault = shardFault(shard, sums.get(shard)!, reply);
          if (fault !== undefined) wrong.push(fault.message);
        },
      },
    );
  } finally {
    task.finish();
  }
  return wrong.sort();
}

function shardFault(where: string, expected: string, reply: CheckReply): KinoraError | undefined {
  if ('error' in reply) {
    const error = fromThread(reply.error);
    if (isClipFault(error)) return error;
    throw error;
  }
  if (!('sha256' in reply) || reply.sha256 === expected) return undefined;
  return kinoraError('pack/checksum', where, `SHA-256 ${expected}, as in its index`, reply.sha256, {
    hint: 'copy it again from its source, or remove it and pack again',
  });
}
