/**
 * Random access to the bytes of a file or a buffer, with bounds checks against forged headers, and the error that all
 * formats use for a damaged file: its name and the byte position.
 */
import { constants } from 'node:buffer';
import { closeSync, fstatSync, constants as modes, openSync, readSync } from 'node:fs';
import { type KinoraError, kinoraError } from '../error.js';
import { fileError } from './atomic.js';

export interface ByteSource {
  /** Its name in errors: the path, or a word for a buffer. */
  readonly name: string;
  readonly size: number;
  /**
   * `length` bytes from `offset`: a view of a buffer, or freshly read from a file. Throws if the source ends before
   * them.
   */
  read(offset: number, length: number): Uint8Array;
}

export function memorySource(buffer: Uint8Array, name = 'buffer'): ByteSource {
  // A plain Uint8Array even for a Buffer, whose slice() would not copy.
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const source: ByteSource = {
    name,
    size: bytes.length,
    read(offset, length) {
      checkRange(source, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
  return source;
}

/** Opens `path` while `use` runs; the result of `use` must not read from the source later. */
export function withFile<T>(path: string, use: (source: ByteSource) => T): T {
  const file = openFile(path);
  try {
    return use(fileSource(file, path));
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    // Without O_NONBLOCK, opening a pipe waits for its writer.
    return openSync(path, modes.O_RDONLY | (modes.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw fileError(path, 'a readable file', cause);
  }
}

function fileSource(file: number, name: string): ByteSource {
  const stat = fstatSync(file);
  if (!stat.isFile()) {
    const received = stat.isDirectory() ? 'a folder' : 'something that is not a plain file';
    throw kinoraError('file/not-a-file', name, 'a file', received);
  }
  const source: ByteSource = {
    name,
    size: stat.size,
    read(offset, length) {
      checkRange(source, offset, length);
      return readFully(file, source, offset, length);
    },
  };
  return source;
}

/** A read call returns at most 2^31 - 1 bytes, so large tensors take several. */
const LARGEST_READ = 2 ** 30;

function readFully(file: number, source: ByteSource, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
    if (count === 0)
      throw damaged(source, offset + done, `${length - done} more bytes`, 'the end of the file');
    done += count;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!valid || offset + length > source.size) {
    const left = valid ? `${Math.max(0, source.size - offset)} of a file of ${source.size}` : `${length}`;
    throw damaged(source, offset, `${length} bytes`, left, 'the file is truncated or damaged');
  }
  if (length > constants.MAX_LENGTH) {
    throw kinoraError('serialize/too-large', `${source.name} at byte ${offset}`, {
      expected: `at most ${constants.MAX_LENGTH} bytes in one piece on this Node`,
      received: `${length} bytes`,
      hint: 'use Node 22 or later, which supports larger pieces',
    });
  }
}

/** The error of every format for invalid bytes. `offset` is their position in the file. */
export function damaged(
  source: Pick<ByteSource, 'name'>,
  offset: number,
  expected: string,
  received: string,
  hint = 'the file is damaged or has another format',
): KinoraError {
  const where = `${source.name} at byte ${offset}`;
  return kinoraError('serialize/damaged', where, expected, received, { hint });
}
