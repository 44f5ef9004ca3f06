/**
 * Where a packed clip lies, written as a path, so that a list of clips holds packed ones as it holds any other:
 * `train-000003.tar#1536+2048:9f86d081884c7d65` is the clip whose description has 2,048 bytes from byte 1,536 of the
 * shard on, with that checksum. The description tells where the frames are.
 */
import { createHash } from 'node:crypto';

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
