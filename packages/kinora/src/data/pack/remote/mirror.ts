/**
 * A folder on this machine that mirrors a pack on a web server: it has a copy of the index and the blocks of the shards
 * that have been read. A clip in it has a path like any packed clip; reading it fetches the missing blocks.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Mirror {
  readonly folder: string;
  /** Address of the index; the shards are beside it. */
  readonly url: string;
  /** Bytes of a block. */
  readonly block: number;
  /** Size limit of the blocks of all mirrors in the cache, in bytes; the oldest are removed first. */
  readonly limit: number;
  /** Size of each shard in bytes, by name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** The file that makes a folder a mirror: everything but `folder`, as JSON. */
export const mirrorFile = (folder: string): string => join(folder, 'mirror.json');

const known = new Map<string, Mirror | undefined>();

/** The mirror that contains a shard's path; undefined for a local shard. */
export function mirrorOf(shard: string): Mirror | undefined {
  const folder = dirname(shard);
  if (!known.has(folder)) known.set(folder, readMirror(folder));
  return known.get(folder);
}

function readMirror(folder: string): Mirror | undefined {
  try {
    return { folder, ...JSON.parse(readFileSync(mirrorFile(folder), 'utf8')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
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
