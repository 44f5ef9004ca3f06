/**
 * The description of one clip in a shard (the clip's json member), and the positions of its frames. Plain data; reads
 * nothing.
 */

import { createHash } from 'node:crypto';
import type { Size } from '@kinora/clip';

/** A clip in a shard. The json comes before the frames; their positions follow from their sizes and the tar format. */
export interface ClipDescription extends Size {
  /** As in the list it came from. */
  readonly id: string;
  /** Absent for clips of a test list. */
  readonly label?: string;
  /** Bytes of each JPEG, in the order of the frames. */
  readonly bytes: readonly number[];
  /** Checksum of each JPEG, as returned by `checksumOf`. */
  readonly sha256: readonly string[];
  /**
   * Seconds from the start of the video at which each frame is shown; absent for folders of frames. For a part that
   * begins later, the time of the video's first frame precedes those of the frames, so that the part's start and end
   * keep their meaning: there is then one time more than there are frames.
   */
  readonly times?: readonly number[];
}

/** Most bytes of a description, and of a frame: what no pack comes near, and what one buffer should hold. */
export const LARGEST_DESCRIPTION = 2 ** 24;
const LARGEST_FRAME = 2 ** 28;
const LARGEST_SIDE = 65_535;

/** What is wrong with the contents of a description; undefined if nothing is. */
export function descriptionFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'something that is not an object';
  const { id, label, height, width, bytes, sha256, times } = value as Partial<ClipDescription>;
  if (typeof id !== 'string' || (label !== undefined && typeof label !== 'string')) return 'no id or label';
  if (!isWhole(height, 1, LARGEST_SIDE) || !isWhole(width, 1, LARGEST_SIDE)) return 'no size of the frames';
  if (!Array.isArray(bytes) || bytes.length === 0 || !bytes.every((size) => isWhole(size, 1, LARGEST_FRAME)))
    return `no sizes of JPEGs from 1 to ${LARGEST_FRAME} bytes`;
  if (!Array.isArray(sha256) || sha256.length !== bytes.length || !sha256.every(isChecksum))
    return 'no checksum for each JPEG';
  const counts = [bytes.length, bytes.length + 1];
  if (times !== undefined && !(Array.isArray(times) && counts.includes(times.length) && areTimes(times)))
    return 'no ascending times of the frames';
  return undefined;
}

export const isWhole = (value: unknown, low: number, high: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;

export const isChecksum = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);

const areTimes = (times: readonly unknown[]): boolean =>
  times.every(
    (time, i) => Number.isFinite(time) && (i === 0 || (time as number) >= (times[i - 1] as number)),
  );

/** Size of a tar header, and of the blocks that everything else is padded to, in bytes. */
export const TAR_BLOCK = 512;

/** Bytes of a member, including its header. */
export const memberBytes = (bytes: number): number => TAR_BLOCK + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;

/** Bytes from the start of the description to the first byte of each JPEG. */
export function frameOffsets(descriptionBytes: number, { bytes }: ClipDescription): Float64Array {
  const offsets = new Float64Array(bytes.length);
  let at = memberBytes(descriptionBytes); // from the data of one member to the data of the next there is one header
  for (let i = 0; i < bytes.length; i++) {
    offsets[i] = at;
    at += memberBytes(bytes[i]!);
  }
  return offsets;
}

/**
 * The place of a packed clip, written as a path, so that lists can contain packed clips like any others:
 * `train-000003.tar#1536+2048:9f86d081884c7d65` is the clip whose description is the 2,048 bytes from byte 1,536 of the
 * shard, with that checksum. The frames follow the description.
 */

export interface PackedPlace {
  /** File of the shard, or the file that it will be fetched into. */
  readonly shard: string;
  /** Position of the description in the shard, in bytes. */
  readonly offset: number;
  /** Of the description. */
  readonly bytes: number;
  /** Of the description. */
  readonly checksum: string;
}

// The folder's name may hold line breaks.
const PLACE = /^(.+\.tar)#(\d+)\+(\d+):([0-9a-f]{16})$/s;

/** The place that a path names; undefined for other paths. */
export function packedPlace(path: string): PackedPlace | undefined {
  const [, shard, offset, bytes, checksum] = PLACE.exec(path) ?? [];
  if (shard === undefined) return undefined;
  return { shard, offset: Number(offset), bytes: Number(bytes), checksum: checksum! };
}

export function packedPath({ shard, offset, bytes, checksum }: PackedPlace): string {
  // `join` makes a single string; a template would keep each part alive, and a list may have a million of these.
  return shard + ['#', offset, '+', bytes, ':', checksum].join('');
}

/** The first 8 bytes of SHA-256, in hex: enough to detect damage, but not forgery. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
