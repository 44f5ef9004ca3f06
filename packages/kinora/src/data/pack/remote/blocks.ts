/**
 * The blocks of a mirror: fetched by the first thread or process that needs one, cached as files, and removed, oldest
 * first, above the limit of the cache. Readers check their contents.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { claim, evictOldest, makeFolder, withCacheErrors, writeCached } from './cache.js';
import { type FetchOptions, fetchBytes } from './fetch-range.js';
import { addressOf, type Mirror, sizeIn } from './mirror.js';

/** Bytes of a shard of a mirror, fetched unless they are cached. Throws KinoraError `stream/*`. */
export async function mirrorBytes(
  mirror: Mirror,
  shard: string,
  offset: number,
  bytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const number of blocksOf(mirror, offset, bytes)) {
    const block = await readBlock(mirror, shard, number);
    const start = number * mirror.block;
    parts.push(block.subarray(Math.max(0, offset - start), Math.max(0, offset + bytes - start)));
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Numbers of the blocks that contain these bytes. */
export function blocksOf({ block }: Mirror, offset: number, bytes: number): number[] {
  const first = Math.floor(offset / block);
  const last = Math.floor((offset + Math.max(1, bytes) - 1) / block);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Removes the blocks of these bytes, because they failed their checksum. */
export function forgetBlocks(mirror: Mirror, shard: string, offset: number, bytes: number): void {
  for (const number of blocksOf(mirror, offset, bytes))
    rmSync(blockFile(mirror, shard, number), { force: true });
}

async function readBlock(mirror: Mirror, shard: string, number: number): Promise<Uint8Array> {
  const file = blockFile(mirror, shard, number);
  for (;;) {
    try {
      return readFileSync(file);
    } catch (error) {
      // Not cached yet, or already removed again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const fetched = await fetchBlock(mirror, shard, number);
    if (fetched !== undefined) return fetched;
  }
}

/** Ensures that a block is cached. Returns its bytes if this call fetched it, because the file may already be gone. */
export async function fetchBlock(
  mirror: Mirror,
  shard: string,
  number: number,
  options: FetchOptions = {},
): Promise<Uint8Array | undefined> {
  const file = blockFile(mirror, shard, number);
  makeFolder(dirname(file));
  while (!existsSync(file)) {
    const release = withCacheErrors(file, () => claim(file));
    if (release !== undefined) return fetchNow(mirror, shard, number, options).finally(release);
    await new Promise((resolve) => setTimeout(resolve, 20));
    options.signal?.throwIfAborted();
  }
  return undefined;
}

async function fetchNow(
  mirror: Mirror,
  shard: string,
  number: number,
  options: FetchOptions,
): Promise<Uint8Array> {
  const total = sizeIn(mirror, shard);
  const from = number * mirror.block;
  const to = Math.min(total, from + mirror.block);
  const bytes = await fetchBytes(
    addressOf(mirror, shard),
    { from, to, total },
    { timeout: mirror.timeout, ...options },
  );
  writeCached(blockFile(mirror, shard, number), bytes);
  evictOldest(mirror);
  return bytes;
}

const blockFile = ({ folder }: Mirror, shard: string, number: number): string =>
  join(folder, `${basename(shard)}.blocks`, String(number).padStart(6, '0'));
