/** A pack as a list of clips: the clips of the list that was packed, in its order, with their places in the shards. */
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
  /** For a pack on a web server: size of the shuffle buffer, in clips. */
  readonly shuffleBuffer?: number;
}

/** Whether a list of clips is a pack: an index, or the address of one. */
export const isPack = (list: string): boolean => isAddress(list) || isPackIndex(list);

/**
 * Reads an index from a file or an address. The shards must be beside it; local ones are checked for their sizes,
 * others are fetched when they are read. Throws `pack/*`, `data/*` and `stream/*`.
 */
export function readPack(index: string, options: PackListOptions = {}): ClipList {
  if (!isAddress(index)) return readIndexed(index, options, checkSize);
  const list = readIndexed(fetchIndex(index, options), options);
  return { ...list, shuffleBuffer: options.shuffleBuffer ?? 1000 };
}

/** The list of an index without a check of the shards, for those who look for damage. */
export const readDamagedPack = (index: string): ClipList => readIndexed(index, {});

function readIndexed(
  file: string,
  options: ListOptions,
  check: (shard: string, entry: ShardEntry) => void = () => undefined,
): ClipList {
  const { header, shards } = readIndex(file);
  const labels = options.labels ?? header.labels;
  const moved = header.labels.map((label) => labels.indexOf(label));
  // Sorted by position rather than stored at it: a position is only a number in a file.
  const found: { place: number; item: ClipItem }[] = [];
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
      } else found.push({ place: clip[0], item: clipItem(clip, shard, label) });
    }
  }
  found.sort((a, b) => a.place - b.place);
  if (found.some(({ place }, i) => place === found[i - 1]?.place))
    throw badIndex(file, 'two clips at one position of the list');
  const items = found.map(({ item }) => item);
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

/** What is wrong with a shard's size; undefined if nothing is. */
export function sizeFault(shard: string, { bytes }: ShardEntry): KinoraError | undefined {
  const found = statSync(shard, { throwIfNoEntry: false })?.size;
  if (found === bytes) return undefined;
  return kinoraError(found === undefined ? 'pack/missing-shard' : 'pack/shard-size', shard, {
    expected: `a shard of ${bytes} bytes, as in its index`,
    received: found === undefined ? 'nothing there' : `${found} bytes`,
    hint: 'copy it again from its source, or pack again',
  });
}
