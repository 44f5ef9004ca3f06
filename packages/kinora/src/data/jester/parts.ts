/** The downloaded parts of the Jester archive: one tar.gz cut into `20bn-jester-v1-00`, `-01` and so on. */
import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';

export interface ArchivePart {
  readonly path: string;
  readonly bytes: number;
}

const PART = /^20bn-jester-v1-(\d\d)$/;

/** The parts in a folder, in order; none if there are none. Throws if one is missing between two others. */
export function findParts(folder: string): ArchivePart[] {
  const names = listFolder(folder)
    .filter((name) => PART.test(name))
    .sort();
  for (const [i, name] of names.entries()) {
    const expected = `20bn-jester-v1-${String(i).padStart(2, '0')}`;
    if (name !== expected) throw missingPart(folder, expected, name);
  }
  const parts = names.map((name) => ({ path: join(folder, name), bytes: statSync(join(folder, name)).size }));
  if (parts.length > 0) checkGzip(parts[0]!);
  return parts;
}

/** The bytes of the whole archive, part after part. `onRead` hears how many bytes and whole parts have been read. */
export async function* joinParts(
  parts: readonly ArchivePart[],
  onRead: (bytes: number, parts: number) => void,
): AsyncGenerator<Buffer, void, void> {
  let read = 0;
  for (const [done, { path }] of parts.entries()) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      yield chunk as Buffer;
      read += (chunk as Buffer).length;
      onRead(read, done);
    }
    onRead(read, done + 1);
  }
}

export function totalBytes(parts: readonly ArchivePart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new KinoraError({
      code: 'jester/no-folder',
      where: folder,
      expected: 'the folder with the downloaded Jester files',
      received:
        code === 'ENOENT' ? 'nothing there' : code === 'ENOTDIR' ? 'a file' : (cause as Error).message,
      cause,
    });
  }
}

function checkGzip({ path }: ArchivePart): void {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  readSync(file, head, 0, 2, 0);
  closeSync(file);
  if (head[0] === 0x1f && head[1] === 0x8b) return;
  throw new KinoraError({
    code: 'jester/not-gzip',
    where: path,
    expected: 'the beginning of a gzip archive',
    received: head[0] === 0x50 && head[1] === 0x4b ? 'a zip archive' : 'something else',
    hint: 'download this part again',
  });
}

function missingPart(folder: string, expected: string, next: string): KinoraError {
  return new KinoraError({
    code: 'jester/missing-part',
    where: folder,
    expected: `${expected} before ${next}`,
    received: 'nothing there',
    hint: 'download the missing part',
  });
}
