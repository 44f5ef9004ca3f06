/** Bytes of a shard, any range of it: by a seek on this machine, through a mirror from elsewhere. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { KinoraError } from '@kinora/clip';
import { fileError } from '../decode/file-error.js';
import { forgetBlocks, mirrorBytes } from './remote/blocks.js';
import { mirrorOf } from './remote/mirror.js';

/**
 * Bytes `[offset, offset + bytes)` that satisfy `isRight`; those of a mirror are fetched a second time where they do not. The
 * caller says what is wrong with those that do not then. Throws KinoraError `clip/...` or `stream/*` where there are none.
 */
export async function shardBytes(
  shard: string,
  offset: number,
  bytes: number,
  isRight: (found: Uint8Array) => boolean,
): Promise<Uint8Array> {
  const mirror = mirrorOf(shard);
  if (mirror === undefined) return localBytes(shard, offset, bytes);
  const found = await mirrorBytes(mirror, shard, offset, bytes);
  if (isRight(found)) return found;
  forgetBlocks(mirror, shard, offset, bytes);
  return mirrorBytes(mirror, shard, offset, bytes);
}

function localBytes(shard: string, offset: number, bytes: number): Uint8Array {
  const out = Buffer.allocUnsafe(bytes);
  const read = readRange(shard, offset, out);
  if (read === bytes) return out;
  throw new KinoraError({
    code: 'clip/shard-cut-short',
    where: shard,
    expected: `at least ${offset + bytes} bytes, as its index says`,
    received: `${statSync(shard).size}`,
    hint: `pack it again, or copy it again from where it came`,
  });
}

function readRange(shard: string, offset: number, out: Uint8Array): number {
  let file: number | undefined;
  try {
    file = openSync(shard, 'r');
    let done = 0;
    while (done < out.length) {
      const read = readSync(file, out, done, out.length - done, offset + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  } catch (error) {
    throw fileError(error, shard, 'a shard of packed clips');
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
