/**
 * Packs a list of clips into WebDataset shards with an index, in worker threads that each write one shard at a time.
 * After an interruption, the same call continues with the missing shards; the index is written last.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch';
import { withLock } from '../../../files/lock.js';
import { type Progress, silent } from '../../../progress.js';
import { allowedBad } from '../../lists/bad-clips.js';
import { type ClipList, fingerprintList } from '../../lists/clip-list.js';
import { writeBadClips } from '../../lists/write-lists.js';
import { fromThread, runTasks } from '../../threads.js';
import { indexName } from '../index-file.js';
import type { BadPlace, WrittenShard } from './pack-shard.js';
import type { PackReply, PackWork } from './pack-worker.js';
import { type ExistingPack, existingPack, type PackPlan, ShardRecords } from './shard-records.js';
import { clipsIn, type NumberedTask, type ShardSettings, tasksOf } from './shard-tasks.js';

export interface PackOptions extends ShardSettings {
  /** Folder of the shards and the index; created if missing. */
  readonly out: string;
  /** The files are `<name>-000000.tar` and so on, and `<name>.index.jsonl`. */
  readonly name: string;
  readonly workers: number;
  /** Share of bad clips that may be left out; more are an error. */
  readonly maxBadFraction: number;
  readonly progress?: Progress;
  /** Abandons the shards in progress and stops. */
  readonly signal?: AbortSignal;
}

export interface PackResult {
  readonly state: 'packed' | 'already complete' | 'stopped';
  readonly index: string;
  /** Finished shards, and shards in all. */
  readonly done: number;
  readonly shards: number;
  /** Clips in them, their bytes, and clips that could not be read. */
  readonly clips: number;
  readonly bytes: number;
  readonly bad: number;
}

const ONE_PACKING = { code: 'pack/locked', expected: 'no other process that packs it' };

/**
 * Packs the missing shards. Throws `pack/*` if the folder has another pack of that name or another process is packing
 * this one, and `data/too-many-bad-clips`.
 */
export async function packClips(list: ClipList, options: PackOptions): Promise<PackResult> {
  const { out, name, clipsPerShard } = options;
  checkName(name);
  const plan = planOf(list, options);
  const index = join(out, indexName(name));
  const before = existsSync(index) ? existingPack(index, plan) : undefined;
  const records = new ShardRecords(out, plan);
  const lock = join(out, `.${name}.lock`);
  if (before?.isWhole === true && !records.exist && !existsSync(lock)) return completed(index, before);
  mkdirSync(out, { recursive: true });
  return withLock(lock, ONE_PACKING, async () => {
    if (before?.isWhole === true) {
      records.remove(); // left by a process that was killed after it had written the index
      return completed(index, before);
    }
    records.begin();
    if (before !== undefined) goBack(index, before, records, (shard) => clipsIn([shard], list, options));
    const shards = Math.ceil(list.items.length / clipsPerShard);
    const missing = Array.from({ length: shards }, (_, i) => i).filter((i) => !isWhole(records.find(i)));
    await packShards(list, missing, records, options);
    return finish(list, shards, index, records, options);
  });
}

/** Turns a finished pack with missing shards, or shards with bad clips, into an interrupted one that lacks them. */
function goBack(
  index: string,
  { entries }: ExistingPack,
  records: ShardRecords,
  clipsOf: (shard: number) => number,
): void {
  for (const [number, { clips, bytes, sha256 }] of entries)
    if (clips.length === clipsOf(number)) records.add(number, { bytes, sha256, clips, bad: [] });
  rmSync(index);
}

/** Shards are called NAME-000000.tar and so on, and the index refers to them by name. */
function checkName(name: string): void {
  if (/^[^./\\][^/\\]*$/.test(name)) return;
  const expected = 'a file name without slashes that does not start with a dot';
  throw kinoraError('pack/name', 'name', expected, JSON.stringify(name));
}

function planOf({ labels, ...list }: ClipList, options: PackOptions): PackPlan {
  const { name, height, quality, clipsPerShard, shuffled } = options;
  const { sha256 } = fingerprintList({ labels, ...list });
  const settings = { height, quality, clips_per_shard: clipsPerShard, shuffled };
  return { name, labels: [...labels], list: sha256, ...settings };
}

/** A shard that lacks some of its clips is packed again, because they may have been repaired. */
const isWhole = (shard: WrittenShard | undefined): boolean => shard?.bad.length === 0;

async function packShards(
  list: ClipList,
  missing: readonly number[],
  records: ShardRecords,
  options: PackOptions,
): Promise<void> {
  const { name, workers, progress = silent, signal } = options;
  const task = progress.task(`packing ${name}`, { total: clipsIn(missing, list, options), unit: 'clips' });
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = () => Atomics.store(stop, 0, 1);
  signal?.addEventListener('abort', onAbort);
  let done = 0;
  try {
    await runTasks<NumberedTask, PackReply>(tasksOf(missing, list, records, options), {
      entry: new URL('./pack-worker.js', import.meta.url),
      workerData: { stop } satisfies PackWork,
      threads: workers,
      onReply: ({ number }, reply) => {
        if ('error' in reply) throw fromThread(reply.error);
        if (reply.written !== undefined) records.add(number, reply.written);
      },
      onNote: () => task.update(++done),
      signal,
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    task.finish();
  }
}

function finish(
  list: ClipList,
  shards: number,
  index: string,
  records: ShardRecords,
  { out, name, maxBadFraction }: PackOptions,
): PackResult {
  const bad: BadPlace[] = [];
  let [done, clips, bytes] = [0, 0, 0];
  for (let number = 0; number < shards; number++) {
    const shard = records.find(number);
    if (shard === undefined) continue;
    done++;
    clips += shard.clips.length;
    bytes += shard.bytes;
    bad.push(...shard.bad);
  }
  const facts = { index, done, shards, clips, bytes, bad: bad.length };
  if (done < shards) return { state: 'stopped', ...facts };
  reportBad(join(out, `${name}.bad_clips.csv`), bad, list.items.length, maxBadFraction);
  records.finish(index, shards, { clips, bad: bad.length });
  return { state: 'packed', ...facts };
}

function completed(index: string, { header, entries }: ExistingPack): PackResult {
  let bytes = 0;
  for (const entry of entries.values()) bytes += entry.bytes;
  const { clips, bad, shards } = header;
  return { state: 'already complete', index, done: shards, shards, clips, bytes, bad };
}

/** Writes a file with the clips that the pack lacks. Throws `data/too-many-bad-clips`. */
function reportBad(file: string, bad: readonly BadPlace[], clips: number, limit: number): void {
  rmSync(file, { force: true });
  if (bad.length === 0) return;
  const sorted = [...bad].sort((a, b) => a.place - b.place);
  writeBadClips(
    file,
    sorted.map(({ place, ...clip }) => ({ index: place, ...clip })),
  );
  const allowed = allowedBad(limit, clips);
  if (bad.length <= allowed && bad.length < clips) return;
  throw new KinoraError({
    code: 'data/too-many-bad-clips',
    expected: `at most ${allowed} of ${clips} clips to be unreadable (maxBadFraction ${limit})`,
    received: `${bad.length}, the first: ${sorted[0]!.reason}`,
    hint: `all are listed in ${file}; repair them and run it again, or raise maxBadFraction`,
  });
}
