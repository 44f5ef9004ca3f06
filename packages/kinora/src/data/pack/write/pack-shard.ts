/**
 * Writes one shard: clips one after the other into a temporary tar, synced and renamed when it is complete. The layout
 * is WebDataset's: the members of a clip are contiguous and share their name up to the first dot.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KinoraError, serialize } from '@kinora/torch';
import { isClipFault } from '../../lists/bad-clips.js';
import type { ClipItem } from '../../lists/clip-list.js';
import { type ClipDescription, checksumOf, TAR_BLOCK } from '../description.js';
import type { PackedEntry } from '../index-file.js';
import { type ClipJpegs, clipJpegs, type JpegSettings } from './clip-jpegs.js';
import { type TarWriter, tarWriter } from './tar-writer.js';

export interface ShardTask {
  /** Path of the finished shard. */
  readonly file: string;
  /** Distinguishes the unfinished shard from those of other processes. */
  readonly beside: string;
  /** Position in the list, and the clip; in the order of the shard. */
  readonly clips: readonly (readonly [place: number, item: ClipItem])[];
  readonly labels: readonly string[];
  readonly settings: JpegSettings;
}

export interface WrittenShard {
  readonly bytes: number;
  readonly sha256: string;
  readonly clips: readonly PackedEntry[];
  readonly bad: readonly BadPlace[];
}

/** A clip that could not be read. */
export interface BadPlace {
  readonly place: number;
  readonly id: string;
  readonly path: string;
  readonly reason: string;
}

/**
 * Resolves to undefined, leaving nothing behind, if `goesOn` returns false before a clip. Throws `file/*` for a full
 * disk.
 */
export async function packShard(
  task: ShardTask,
  goesOn: () => boolean,
  onClip: () => void,
): Promise<WrittenShard | undefined> {
  let handle: number | undefined;
  try {
    handle = openSync(task.beside, 'w');
    const written = await writeClips(task, handle, goesOn, onClip);
    if (written !== undefined) fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    if (written === undefined) rmSync(task.beside, { force: true });
    else renameSync(task.beside, task.file);
    serialize.syncFolder(dirname(task.file));
    return written;
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    rmSync(task.beside, { force: true });
    throw error instanceof KinoraError
      ? error
      : serialize.fileError(task.file, 'room and permission to write', error);
  }
}

async function writeClips(
  { clips, labels, settings }: ShardTask,
  handle: number,
  goesOn: () => boolean,
  onClip: () => void,
): Promise<WrittenShard | undefined> {
  const tar = tarWriter((bytes) => writeWhole(handle, bytes));
  const entries: PackedEntry[] = [];
  const bad: BadPlace[] = [];
  for (const [place, item] of clips) {
    if (!goesOn()) return undefined;
    const found = await clipJpegs(item, settings).catch((error: unknown) => {
      if (!isClipFault(error)) throw error;
      bad.push({ place, id: item.id, path: item.path, reason: error.message });
    });
    if (found !== undefined) entries.push(addClip(tar, place, item, labels, found));
    onClip();
  }
  return { ...tar.end(), clips: entries, bad };
}

/** The description comes first, because the positions of the frames follow from it. */
function addClip(
  tar: TarWriter,
  place: number,
  { id, label, start, end }: ClipItem,
  labels: readonly string[],
  { jpegs, times, height, width }: ClipJpegs,
): PackedEntry {
  const description: ClipDescription = {
    id,
    ...(label >= 0 && { label: labels[label]! }),
    height,
    width,
    bytes: jpegs.map((jpeg) => jpeg.length),
    sha256: jpegs.map(checksumOf),
    ...(times && { times }),
  };
  const json = Buffer.from(JSON.stringify(description));
  const key = String(place).padStart(9, '0');
  const offset = tar.position + TAR_BLOCK;
  tar.add(`${key}.json`, json);
  const digits = Math.max(4, String(jpegs.length - 1).length); // readers sort the names
  for (const [i, jpeg] of jpegs.entries())
    tar.add(`${key}.frame${String(i).padStart(digits, '0')}.jpg`, jpeg);
  if (label >= 0) tar.add(`${key}.cls`, Buffer.from(String(label)));
  const entry = [place, id, label, offset, json.length, checksumOf(json)] as const;
  return start === undefined && end === undefined ? [...entry] : [...entry, start ?? null, end ?? null];
}

function writeWhole(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}
