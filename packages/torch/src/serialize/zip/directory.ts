/**
 * Finds the central directory of a zip file from its end: the end record, or the zip64 one that it points to.
 */
import { type ByteSource, damaged } from '../source.js';
import * as zip from './format.js';

export interface Directory {
  readonly offset: number;
  readonly size: number;
  /** Entries that the directory says it has; at most what fits into `size`. */
  readonly count: number;
}

const LONGEST_COMMENT = 0xffff;

export function findDirectory(source: ByteSource): Directory {
  const end = findEndRecord(source);
  const directory = readZip64(source, end.position) ?? end.directory;
  const { offset, size, count } = directory;
  if (offset + size > end.position || count * zip.CENTRAL_SIZE > size) {
    const received = `${count} entries in ${size} bytes at ${offset}`;
    throw damaged(source, end.position, `a zip directory before byte ${end.position}`, received);
  }
  return directory;
}

/** The end record is the last thing but for a comment, whose length must fit to the end of the file. */
function findEndRecord(source: ByteSource): { position: number; directory: Directory } {
  const start = Math.max(0, source.size - zip.END_SIZE - LONGEST_COMMENT);
  const bytes = source.read(start, source.size - start);
  const tail = zip.view(bytes);
  for (let at = bytes.length - zip.END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== zip.END_RECORD) continue;
    if (at + zip.END_SIZE + tail.getUint16(at + 20, true) !== bytes.length) continue;
    const count = tail.getUint16(at + 10, true);
    const directory = { count, size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
    return { position: start + at, directory };
  }
  throw damaged(
    source,
    source.size,
    'the directory at the end of a zip file',
    'none',
    'the file is truncated',
  );
}

function readZip64(source: ByteSource, end: number): Directory | undefined {
  const at = end - zip.ZIP64_LOCATOR_SIZE;
  if (at < 0) return undefined;
  const locator = zip.view(source.read(at, zip.ZIP64_LOCATOR_SIZE));
  if (locator.getUint32(0, true) !== zip.ZIP64_LOCATOR) return undefined;
  const position = Number(locator.getBigUint64(8, true));
  const record = zip.view(source.read(position, zip.ZIP64_END_SIZE));
  if (record.getUint32(0, true) !== zip.ZIP64_END_RECORD) {
    throw damaged(source, position, 'the zip64 end record', 'other bytes');
  }
  const field = (offset: number) => Number(record.getBigUint64(offset, true));
  return { count: field(32), size: field(40), offset: field(48) };
}
