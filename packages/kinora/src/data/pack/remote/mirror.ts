/**
 * A folder on this machine that stands for a pack on a web server: it has a copy of the index and, as far as they have been
 * read, blocks of the shards. A clip in it has a path like any packed clip; reading it fetches the blocks that are not here.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Mirror {
  readonly folder: string;
  /** Address of the index; the shards lie beside it. */
  readonly url: string;
  /** Bytes of a block. */
  readonly block: number;
  /** Bytes that the blocks of this and of all mirrors beside it may take together; the oldest ones go first. */
  readonly limit: number;
  /** Bytes of each shard, by its name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** The file that makes a folder a mirror: all but `folder`, as JSON. */
export const mirrorFile = (folder: string): string => join(folder, 'mirror.json');

const known = new Map<string, Mirror | undefined>();

/** The mirror that a shard's path lies in; undefined for a shard of this machine. */
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

/** The address of a file beside the index; a query, such as that of a signed URL, stays. */
export function addressOf({ url }: Pick<Mirror, 'url'>, file: string): string {
  const { search } = new URL(url);
  const address = new URL(encodeURIComponent(basename(file)), url);
  address.search = search;
  return address.href;
}

/** Makes others read it anew, after its file was written. */
export const forgetMirror = (folder: string): boolean => known.delete(folder);
