/** What a shard says of one clip, in the clip's json member, and where its frames lie. Plain data; reads nothing. */

import { createHash } from 'node:crypto';
import type { Size } from '@kinora/clip';

/** A clip in a shard. The json stands before the frames and tells where they are: sizes follow from the tar format. */
export interface ClipDescription extends Size {
  /** As in the list it came from. */
  readonly id: string;
  /** Absent for clips of a test list. */
  readonly label?: string;
  /** Bytes of each JPEG, in the order of the frames. */
  readonly bytes: readonly number[];
  /** Checksum of each JPEG, as `checksumOf` gives it. */
  readonly sha256: readonly string[];
  /**
   * Seconds from the start of the video at which each frame is shown; absent for what came from a folder of frames.
   * Of a part that begins later, the video's own first moment stands before those of the frames, so that the part's
   * start and end mean what they meant: there is one time more than there are frames.
   */
  readonly times?: readonly number[];
}

/** Bytes of a tar header, and of the blocks that all else is padded to. */
export const TAR_BLOCK = 512;

/** Bytes that a member takes, header included. */
export const memberBytes = (bytes: number): number => TAR_BLOCK + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;

/** Bytes from the start of the description to the first byte of each JPEG. */
export function frameOffsets(descriptionBytes: number, { bytes }: ClipDescription): Float64Array {
  const offsets = new Float64Array(bytes.length);
  let at = memberBytes(descriptionBytes); // from the data of one member to the data of the next: one header each
  for (let i = 0; i < bytes.length; i++) {
    offsets[i] = at;
    at += memberBytes(bytes[i]!);
  }
  return offsets;
}

/**
 * Where a packed clip lies, written as a path, so that a list of clips holds packed ones as it holds any other:
 * `train-000003.tar#1536+2048:9f86d081884c7d65` is the clip whose description has 2,048 bytes from byte 1,536 of the
 * shard on, with that checksum. The description tells where the frames are.
 */

export interface PackedPlace {
  /** File of the shard, or where it will be once it is fetched. */
  readonly shard: string;
  /** Of the description, from the start of the shard, in bytes. */
  readonly offset: number;
  /** Of the description. */
  readonly bytes: number;
  /** Of the description. */
  readonly checksum: string;
}

const PLACE = /^(.+\.tar)#(\d+)\+(\d+):([0-9a-f]{16})$/;

/** The place that a path names; undefined for other paths. */
export function packedPlace(path: string): PackedPlace | undefined {
  const [, shard, offset, bytes, checksum] = PLACE.exec(path) ?? [];
  if (shard === undefined) return undefined;
  return { shard, offset: Number(offset), bytes: Number(bytes), checksum: checksum! };
}

export function packedPath({ shard, offset, bytes, checksum }: PackedPlace): string {
  // Joined, it is one string: as a template it would hold each of its parts, and a list has a million of these.
  return shard + ['#', offset, '+', bytes, ':', checksum].join('');
}

/** The first 8 bytes of SHA-256, in hex: enough against damage, and nothing against forgery. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
