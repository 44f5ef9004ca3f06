/** The assignment of clips to shards, and the task of writing a shard. */
import { permutation, randomStream } from '@kinora/clip';
import type { ClipList } from '../../lists/clip-list.js';
import type { JpegSettings } from './clip-jpegs.js';
import type { ShardTask } from './pack-shard.js';
import type { ShardRecords } from './shard-records.js';

export interface ShardSettings extends JpegSettings {
  readonly clipsPerShard: number;
  /**
   * Seed of a random order of the clips in the shards, for training that reads them in order; null: the order of the
   * list. Either way, a pack is read in the order of the list.
   */
  readonly shuffled: number | null;
}

export type NumberedTask = ShardTask & { readonly number: number };

/** The tasks of writing these shards. */
export function* tasksOf(
  shards: readonly number[],
  { items, labels }: ClipList,
  records: ShardRecords,
  { clipsPerShard, shuffled, height, quality }: ShardSettings,
): Generator<NumberedTask> {
  const order = shuffled === null ? undefined : permutation(items.length, randomStream(shuffled));
  for (const number of shards) {
    const first = number * clipsPerShard;
    const count = Math.min(clipsPerShard, items.length - first);
    const places = Array.from({ length: count }, (_, i) => order?.[first + i] ?? first + i);
    yield {
      number,
      file: records.shardFile(number),
      beside: records.besideFile(number),
      clips: places.map((place) => [place, items[place]!]),
      labels,
      settings: { height, quality },
    };
  }
}

/** Clips of the list that belong to these shards. */
export function clipsIn(
  shards: readonly number[],
  { items }: ClipList,
  { clipsPerShard }: Pick<ShardSettings, 'clipsPerShard'>,
): number {
  const clips = (shard: number) => Math.min(clipsPerShard, items.length - shard * clipsPerShard);
  return shards.reduce((sum, shard) => sum + clips(shard), 0);
}
