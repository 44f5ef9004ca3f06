/** A pack as a list of clips: those of the list that was packed, in its order, each where it lies in the shards. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/clip';
import { isAddress } from '../../files/path.js';
import type { ListOptions } from '../lists/annotations.js';
import type { ClipItem, ClipList } from '../lists/clip-list.js';
import { unknownLabel } from '../lists/labels.js';
import { packedPath } from './description.js';
import { badIndex, isPackIndex, type PackedEntry, readIndex, type ShardEntry } from './index-file.js';
import { fetchIndex, type StreamOptions } from './remote/fetch-index.js';

export interface PackListOptions extends ListOptions, StreamOptions {
  /** Where the pack is on a web server: clips that training mixes at a time. */
  readonly shuffleBuffer?: number;
}

/** Whether a list of clips is that of a pack: an index, or the address of one. */
export const isPack = (list: string): boolean => isAddress(list) || isPackIndex(list);

/**
 * Reads an index, or that at an address. The shards lie beside it; on this machine their sizes are checked, elsewhere they
 * are fetched when they are read. Throws `pack/*`, `data/*` and `stream/*`.
 */
export function readPack(index: string, options: PackListOptions = {}): ClipList {
  if (!isAddress(index)) return readIndexed(index, options, checkSize);
  const list = readIndexed(fetchIndex(index, options), options);
  return { ...list, shuffleBuffer: options.shuffleBuffer ?? 1000 };
}

/** The list of an index, whatever has become of the shards: for who looks for damage. */
export const readDamagedPack = (index: string): ClipList => readIndexed(index, {});

function readIndexed(
  file: string,
  options: ListOptions,
  check: (shard: string, entry: ShardEntry) => void = () => undefined,
): ClipList {
  const { header, shards } = readIndex(file);
  const labels = options.labels ?? header.labels;
  const moved = header.labels.map((label) => labels.indexOf(label));
  const places: (ClipItem | undefined)[] = [];
  let dropped = 0;
  for (const entry of shards) {
    const shard = join(dirname(file), entry.file);
    check(shard, entry);
    for (const clip of entry.clips) {
      const label = clip[2] < 0 ? -1 : moved[clip[2]]!;
      if (label < 0 && clip[2] >= 0) {
        if (options.unknownLabels !== 'drop')
          throw unknownLabel(file, header.labels[clip[2]]!, labels, 'clips');
        dropped++;
      } else places[clip[0]] = clipItem(clip, shard, label);
    }
  }
  const items = places.filter((item) => item !== undefined);
  if (items.length + dropped < header.clips) throw badIndex(file, 'two clips at one place of the list');
  if (items.length > 0) return { labels, items, dropped };
  throw kinoraError('data/empty-list', file, {
    expected: 'at least one clip',
    received: dropped > 0 ? 'only clips whose labels are not in the labels file' : 'a pack without clips',
  });
}

function clipItem(clip: PackedEntry, shard: string, label: number): ClipItem {
  const [, id, , offset, bytes, checksum, start = null, end = null] = clip;
  const path = packedPath({ shard, offset, bytes, checksum });
  if (start === null && end === null) return { id, path, label };
  return { id, path, label, ...(start !== null && { start }), ...(end !== null && { end }) };
}

function checkSize(shard: string, entry: ShardEntry): void {
  const fault = sizeFault(shard, entry);
  if (fault !== undefined) throw fault;
}

/** What is wrong with a shard by the look of it; undefined if nothing is. */
export function sizeFault(shard: string, { bytes }: ShardEntry): KinoraError | undefined {
  const found = statSync(shard, { throwIfNoEntry: false })?.size;
  if (found === bytes) return undefined;
  return kinoraError(found === undefined ? 'pack/missing-shard' : 'pack/shard-size', shard, {
    expected: `a shard of ${bytes} bytes, as its index says`,
    received: found === undefined ? 'nothing there' : `${found} bytes`,
    hint: 'copy it again from where it came, or pack again',
  });
}
