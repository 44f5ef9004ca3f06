/** Bytes of a shard on this machine: any range of it, by a seek. */
import { closeSync, openSync, readSync } from 'node:fs';
import { KinoraError } from '@kinora/torch/error';
import { fileError } from '../file-error.js';

/** Bytes `[offset, offset + bytes)`. Throws KinoraError `clip/...` where they cannot be had. */
export async function shardBytes(shard: string, offset: number, bytes: number): Promise<Uint8Array> {
  const out = Buffer.allocUnsafe(bytes);
  const read = readRange(shard, offset, out);
  if (read === bytes) return out;
  throw new KinoraError({
    code: 'clip/shard-cut-short',
    where: shard,
    expected: `at least ${offset + bytes} bytes, as its index says`,
    received: `${offset + read}`,
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
