/**
 * A folder on this machine that mirrors a pack on a web server: it has a copy of the index and the blocks of the shards
 * that have been read. A clip in it has a path like any packed clip; reading it fetches the missing blocks.
 */
import { basename, dirname, join } from 'node:path';
import { kinoraError } from '@kinora/clip';
import { MEBIBYTE, readBounded } from '../../../files/bounded.js';
import { isAddress } from '../../../files/path.js';
import { isWhole } from '../description.js';

export interface Mirror {
  readonly folder: string;
  /** Address of the index; the shards are beside it. */
  readonly url: string;
  /** Bytes of a block. */
  readonly block: number;
  /** Size limit of the blocks of all mirrors in the cache, in bytes; the oldest are removed first. */
  readonly limit: number;
  /** Milliseconds within which a server has to make progress (`FetchOptions`). */
  readonly timeout: number;
  /** Size of each shard in bytes, by name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Most bytes of a block, and of the file that describes a mirror. */
const LARGEST_BLOCK = 256 * MEBIBYTE;
const LIMIT = 256 * MEBIBYTE;

/** The file that makes a folder a mirror: everything but `folder`, as JSON. */
export const mirrorFile = (folder: string): string => join(folder, 'mirror.json');

const known = new Map<string, Mirror | undefined>();

/** The mirror that contains a shard's path; undefined for a local shard. */
export function mirrorOf(shard: string): Mirror | undefined {
  const folder = dirname(shard);
  if (!known.has(folder)) known.set(folder, readMirror(folder));
  return known.get(folder);
}

/** Throws KinoraError `stream/cache` for a damaged file. */
function readMirror(folder: string): Mirror | undefined {
  const file = mirrorFile(folder);
  let text: string;
  try {
    text = readBounded(file, {
      expected: 'the facts of a cached pack',
      limit: LIMIT,
      kind: 'stream',
    }).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const facts = factsIn(text);
  if (facts !== undefined) return { folder, ...facts };
  throw kinoraError('stream/cache', file, 'the facts of a cached pack', 'a damaged file', {
    hint: 'delete its folder: the pack is fetched again',
  });
}

/** Undefined for text that is no description of a mirror. */
function factsIn(text: string): Omit<Mirror, 'folder'> | undefined {
  try {
    const { url, block, limit, timeout, sizes } = JSON.parse(text) as Mirror;
    const counts: readonly (readonly [value: number, low: number, high: number])[] = [
      [block, 1, LARGEST_BLOCK],
      [limit, 0, Number.MAX_SAFE_INTEGER],
      [timeout, 1, 2 ** 31 - 1],
      ...Object.values(sizes).map((size) => [size, 1, Number.MAX_SAFE_INTEGER] as const),
    ];
    const whole = counts.every(([value, low, high]) => isWhole(value, low, high));
    return whole && isAddress(new URL(url).href) ? { url, block, limit, timeout, sizes } : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of a shard of a mirror. Throws KinoraError `clip/unreadable` for one that its index does not list. */
export function sizeIn({ sizes, url }: Mirror, shard: string): number {
  const size = sizes[basename(shard)];
  if (size !== undefined) return size;
  throw kinoraError('clip/unreadable', shard, `a shard that ${url} lists`, 'another');
}

/** The address of a file beside the index; keeps the query, such as that of a signed URL. */
export function addressOf({ url }: Pick<Mirror, 'url'>, file: string): string {
  const { search } = new URL(url);
  const address = new URL(encodeURIComponent(basename(file)), url);
  address.search = search;
  return address.href;
}

/** Drops the remembered mirror after its file was written. */
export const forgetMirror = (folder: string): boolean => known.delete(folder);
