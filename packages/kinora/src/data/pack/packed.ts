/**
 * A clip in a shard: its frames by byte range, each checked against its checksum. The list holds the checksum of the
 * clip's description, and the description those of the frames.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/clip';
import { checkRegular } from '../../files/bounded.js';
import { fileError } from '../decode/file-error.js';
import { decodeFrames, type EncodedFrame, verifyFrames } from '../decode/jpeg-frames.js';
import type { ClipSource } from '../decode/source.js';
import {
  type ClipDescription,
  checksumOf,
  descriptionFault,
  frameOffsets,
  LARGEST_DESCRIPTION,
  type PackedPlace,
} from './description.js';
import { forgetBlocks, mirrorBytes } from './remote/blocks.js';
import { addressOf, mirrorOf, sizeIn } from './remote/mirror.js';

/** Up to this many bytes between two frames are read rather than skipped, because another request costs more. */
const GAP = 64 * 1024;

/** Bytes of a range, but for its last frame: its size is only a claim until it is read. */
const RANGE = 2 ** 28;

/** Opens the clip at a place. Throws KinoraError `clip/...` if it is damaged or missing. */
export async function openPacked(path: string, place: PackedPlace): Promise<ClipSource> {
  const description = await readDescription(place);
  const { times, bytes } = description;
  // For a part that begins later, position 0 is the video's first frame, which no part requests.
  const lead = times === undefined ? 0 : times.length - bytes.length;
  const stored = (position: number): number => Math.max(0, position - lead);
  return {
    path,
    count: bytes.length + lead,
    ...(times && { times: Float64Array.from(times) }),
    read: async (positions, storage) => {
      const wanted = Array.from(positions, stored);
      return decodeFrames(await encodedFrames(place, description, wanted), wanted, storage);
    },
    encoded: async (positions) => {
      const frames = await encodedFrames(place, description, positions.map(stored));
      return (position) => frames(stored(position));
    },
    verify: async () => {
      const all = Array.from(bytes.keys());
      verifyFrames(await encodedFrames(place, description, all), all.length);
    },
  };
}

/** The clip's description in the shard. Throws KinoraError `clip/...`. */
export async function readDescription(place: PackedPlace): Promise<ClipDescription> {
  const { shard, offset, bytes, checksum } = place;
  if (bytes > LARGEST_DESCRIPTION) throw badDescription(place, `one of ${bytes} bytes`);
  const found = await shardBytes(shard, offset, bytes, (read) => checksumOf(read) === checksum);
  check(found, checksum, shard, `${shard}, byte ${offset}`);
  const description = jsonOf(found);
  const fault = descriptionFault(description);
  if (fault !== undefined) throw badDescription(place, fault);
  return description as ClipDescription;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const badDescription = ({ shard, offset }: PackedPlace, received: string): KinoraError =>
  kinoraError('clip/description', `${shard}, byte ${offset}`, {
    expected: `the description of a clip, of at most ${LARGEST_DESCRIPTION} bytes`,
    received,
    hint: 'its index was not written by kinora pack: pack the clips again',
  });

/** Reads the JPEGs at these ascending positions, in as few ranges as their gaps allow. */
async function encodedFrames(
  place: PackedPlace,
  description: ClipDescription,
  positions: readonly number[],
): Promise<(position: number) => EncodedFrame> {
  const offsets = frameOffsets(place.bytes, description);
  const frames = new Map<number, Uint8Array>();
  const { bytes, sha256, id } = description;
  for (const { from, to, members } of ranges(offsets, bytes, positions)) {
    const cut = (read: Uint8Array, i: number) => read.subarray(offsets[i]! - from).subarray(0, bytes[i]!);
    const isRight = (read: Uint8Array) => members.every((i) => checksumOf(cut(read, i)) === sha256[i]);
    const read = await shardBytes(place.shard, place.offset + from, to - from, isRight);
    for (const i of members) frames.set(i, cut(read, i));
  }
  return (position) => {
    const frame = frames.get(position)!;
    const name = `${place.shard}, clip ${id}, frame ${position + 1}`;
    check(frame, sha256[position]!, place.shard, name);
    return { bytes: frame, name };
  };
}

/** Bytes `[from, to)` after the start of the description, and the frames in them. */
interface Range {
  readonly from: number;
  to: number;
  readonly members: number[];
}

function ranges(offsets: Float64Array, bytes: readonly number[], positions: readonly number[]): Range[] {
  const found: Range[] = [];
  for (const i of new Set(positions)) {
    const last = found.at(-1);
    const to = offsets[i]! + bytes[i]!;
    if (last === undefined || offsets[i]! - last.to > GAP || offsets[i]! - last.from > RANGE)
      found.push({ from: offsets[i]!, to, members: [i] });
    else {
      last.to = to;
      last.members.push(i);
    }
  }
  return found;
}

function check(bytes: Uint8Array, expected: string, shard: string, where: string): void {
  const received = checksumOf(bytes);
  if (received === expected) return;
  const mirror = mirrorOf(shard);
  throw kinoraError('clip/checksum', where, {
    expected: `bytes with SHA-256 ${expected}...`,
    received: `${received}...: the shard is damaged, or not the one that its index was written for`,
    hint:
      mirror === undefined
        ? 'kinora pack --check lists everything that is damaged'
        : `it was fetched twice from ${addressOf(mirror, shard)}; put index and shards of one pack there`,
  });
}

/** Reads any range of a shard: by a seek on this machine, or through a mirror from a server. */

/**
 * Bytes `[offset, offset + bytes)`. If those of a mirror do not satisfy `isRight`, they are fetched a second time; if
 * they still do not, the caller reports it. Throws KinoraError `clip/...` or `stream/*` if there are none.
 */
export async function shardBytes(
  shard: string,
  offset: number,
  bytes: number,
  isRight: (found: Uint8Array) => boolean,
): Promise<Uint8Array> {
  const mirror = mirrorOf(shard);
  if (mirror === undefined) return localBytes(shard, offset, bytes);
  checkExtent(shard, offset, bytes, sizeIn(mirror, shard));
  const found = await mirrorBytes(mirror, shard, offset, bytes);
  if (isRight(found)) return found;
  forgetBlocks(mirror, shard, offset, bytes);
  return mirrorBytes(mirror, shard, offset, bytes);
}

function localBytes(shard: string, offset: number, bytes: number): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(shard, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    checkRegular(shard, stat, { expected: 'a shard of packed clips', kind: 'clip' });
    checkExtent(shard, offset, bytes, stat.size);
    const out = Buffer.allocUnsafe(bytes);
    for (let done = 0; done < bytes; ) {
      const read = readSync(file, out, done, bytes - done, offset + done);
      if (read === 0) throw cutShort(shard, offset + bytes, offset + done);
      done += read;
    }
    return out;
  } catch (error) {
    throw fileError(error, shard, 'a shard of packed clips');
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Before anything is allocated. */
function checkExtent(shard: string, offset: number, bytes: number, size: number): void {
  if (offset + bytes > size) throw cutShort(shard, offset + bytes, size);
}

const cutShort = (shard: string, expected: number, size: number): KinoraError =>
  kinoraError('clip/shard-cut-short', shard, {
    expected: `at least ${expected} bytes, as in its index`,
    received: `${size}`,
    hint: 'pack it again, or copy it again from its source',
  });
