/**
 * The blocks of a mirror: fetched once, by whichever thread or process needs one first, kept as files, and removed again,
 * oldest first, above the mirror's limit. What they hold is checked by those who read it.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { type FetchOptions, fetchBytes } from './fetch-range.js';
import { addressOf, type Mirror } from './mirror.js';

/** Bytes of a shard of a mirror, fetched where they are not here yet. Throws KinoraError `stream/*`. */
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

/** Numbers of the blocks that these bytes lie in. */
export function blocksOf({ block }: Mirror, offset: number, bytes: number): number[] {
  const first = Math.floor(offset / block);
  const last = Math.floor((offset + Math.max(1, bytes) - 1) / block);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Drops the blocks of these bytes: what they hold is not what was packed. */
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
      // Not here yet, or removed between its coming and this.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await fetchBlock(mirror, shard, number);
    }
  }
}

/** A claim is renewed this often, in milliseconds, and given up by all when it is this old. */
const RENEW = 1000;
const STALE = 5000;

/**
 * Sees to it that a block is here. A claim beside it keeps others from fetching it too; it saves traffic and no more:
 * should two fetch a block, either file will do.
 */
export async function fetchBlock(
  mirror: Mirror,
  shard: string,
  number: number,
  options: FetchOptions = {},
): Promise<void> {
  const file = blockFile(mirror, shard, number);
  const claim = `${file}.claim`;
  mkdirSync(dirname(file), { recursive: true });
  while (!existsSync(file)) {
    if (!claimed(claim)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      options.signal?.throwIfAborted();
      continue;
    }
    const renew = setInterval(() => touch(claim), RENEW);
    try {
      const total = mirror.sizes[basename(shard)]!;
      const from = number * mirror.block;
      const to = Math.min(total, from + mirror.block);
      const bytes = await fetchBytes(addressOf(mirror, shard), { from, to, total }, options);
      keep(file, bytes);
      makeRoom(mirror);
    } finally {
      clearInterval(renew);
      rmSync(claim, { force: true });
    }
  }
}

function claimed(claim: string): boolean {
  try {
    closeSync(openSync(claim, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = statSync(claim, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > STALE) rmSync(claim, { force: true });
    return false;
  }
}

function touch(claim: string): void {
  try {
    utimesSync(claim, new Date(), new Date());
  } catch {
    // Another took it for given up; that costs a second transfer.
  }
}

/** Not synced: a block that a power cut damaged is found by its checksums and fetched again. */
function keep(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(beside, bytes);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new KinoraError({
      code: 'stream/cache',
      where: file,
      expected: 'room and permission to keep what was fetched',
      received: (error as Error).message,
      hint: 'choose another stream_cache, or a smaller stream_cache_gb',
      cause: error,
    });
  }
}

/** Blocks until the next look, of each mirror. */
const untilLook = new Map<string, number>();

/** Looks at the whole folder once in a while: whenever a sixteenth of the limit may have come. */
function makeRoom({ folder, limit, block }: Mirror): void {
  const left = (untilLook.get(folder) ?? 0) - 1;
  untilLook.set(folder, left > 0 ? left : Math.max(1, Math.floor(limit / block / 16)));
  if (left > 0) return;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /[.]blocks[/\\]\d+$/.test(name))
    .flatMap((name) => {
      const info = statSync(join(folder, name), { throwIfNoEntry: false });
      return info === undefined ? [] : [{ name, bytes: info.size, since: info.mtimeMs }];
    });
  let over = files.reduce((sum, { bytes }) => sum + bytes, 0) - limit;
  for (const { name, bytes } of files.sort((a, b) => a.since - b.since)) {
    if (over <= 0) break;
    rmSync(join(folder, name), { force: true });
    over -= bytes;
  }
}

const blockFile = ({ folder }: Mirror, shard: string, number: number): string =>
  join(folder, `${basename(shard)}.blocks`, String(number).padStart(6, '0'));
