/**
 * Reads zip archives as PyTorch writes them: entries found through the central directory (so data descriptors do
 * not matter), zip64 or not, checked by CRC. Entries must be stored without compression, so that no file unpacks into
 * more than its own size. Encryption and multi-part archives are not supported.
 */

import { type ByteSource, damaged } from '../source.js';
import * as zip from './format.js';

export interface ZipEntry {
  readonly name: string;
  /** Its size in the file, in bytes. */
  readonly size: number;
  /** False for a compressed entry, which can be listed but not read. */
  readonly stored: boolean;
  readonly crc: number;
  readonly headerOffset: number;
}

/** The entries by name. Entries that overlap, extend beyond the file or share a name are an error (`serialize/damaged`). */
export function readDirectory(source: ByteSource): Map<string, ZipEntry> {
  const directory = findDirectory(source);
  const entries = new Map<string, ZipEntry>();
  for (const entry of listEntries(source, directory)) {
    if (entries.has(entry.name)) {
      throw damaged(source, entry.headerOffset, 'unique names', `${JSON.stringify(entry.name)} again`);
    }
    entries.set(entry.name, entry);
  }
  checkDisjoint(source, [...entries.values()], directory.offset);
  return entries;
}

function* listEntries(source: ByteSource, { offset, size, count }: Directory): Generator<ZipEntry> {
  const bytes = source.read(offset, size);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, length } = readCentralHeader(source, bytes.subarray(at), offset + at);
    yield entry;
    at += length;
  }
}

function readCentralHeader(
  source: ByteSource,
  bytes: Uint8Array,
  position: number,
): { entry: ZipEntry; length: number } {
  const header = zip.view(bytes);
  if (bytes.length < zip.CENTRAL_SIZE || header.getUint32(0, true) !== zip.CENTRAL_HEADER) {
    throw damaged(source, position, 'an entry of the zip directory', 'other bytes');
  }
  const nameEnd = zip.CENTRAL_SIZE + header.getUint16(28, true);
  const extraEnd = nameEnd + header.getUint16(30, true);
  const length = extraEnd + header.getUint16(32, true);
  if (length > bytes.length)
    throw damaged(source, position, `${length} bytes of zip entry`, `${bytes.length}`);
  if (header.getUint16(8, true) & zip.ENCRYPTED)
    throw damaged(source, position, 'plain entries', 'an encrypted one');
  const fields = [header.getUint32(24, true), header.getUint32(20, true), header.getUint32(42, true)];
  const [size, packedSize, headerOffset] = widen(source, position, fields, bytes.subarray(nameEnd, extraEnd));
  const name = new TextDecoder().decode(bytes.subarray(zip.CENTRAL_SIZE, nameEnd));
  const stored = header.getUint16(10, true) === zip.STORED && size === packedSize;
  return { entry: { name, size: packedSize, stored, headerOffset, crc: header.getUint32(16, true) }, length };
}

/** Replaces fields that are all ones with the 64-bit values of the zip64 extra field, which are in this order. */
function widen(
  source: ByteSource,
  position: number,
  fields: number[],
  extra: Uint8Array,
): [number, number, number] {
  const wide = fields.includes(zip.IN_ZIP64_32) ? findExtra(extra, zip.EXTRA_ZIP64) : undefined;
  let at = 0;
  const values = fields.map((field) => {
    if (field !== zip.IN_ZIP64_32) return field;
    if (!wide || at + 8 > wide.byteLength)
      throw damaged(source, position, 'a zip64 extra field', 'none that fits');
    at += 8;
    return Number(wide.getBigUint64(at - 8, true));
  });
  return values as [number, number, number];
}

function findExtra(extra: Uint8Array, wanted: number): DataView | undefined {
  const fields = zip.view(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const size = fields.getUint16(at + 2, true);
    if (fields.getUint16(at, true) === wanted) return zip.view(extra.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return undefined;
}

/** Shared bytes would let a small file unpack into an enormous one. */
function checkDisjoint(source: ByteSource, entries: ZipEntry[], directory: number): void {
  let free = 0;
  for (const entry of entries.sort((a, b) => a.headerOffset - b.headerOffset)) {
    const end = entry.headerOffset + zip.LOCAL_SIZE + entry.size;
    if (entry.headerOffset < free || end > directory) {
      const what = `${JSON.stringify(entry.name)} up to ${end}`;
      throw damaged(source, entry.headerOffset, `an entry between ${free} and ${directory}`, what);
    }
    free = end;
  }
}

/** The entry's bytes, checked against their CRC. Throws `serialize/damaged`. */
export function readEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  if (!entry.stored) throw compressed(source, entry);
  const bytes = source.read(dataStart(source, entry), entry.size);
  const crc = zip.crc32(bytes);
  if (crc === entry.crc) return bytes;
  const [expected, received] = [entry.crc, crc].map((n) => n.toString(16).padStart(8, '0'));
  const what = `CRC-32 ${expected} for ${JSON.stringify(entry.name)}`;
  throw damaged(
    source,
    entry.headerOffset,
    what,
    `${received}`,
    'the file is damaged; copy or download it again',
  );
}

function compressed(source: ByteSource, { name, headerOffset }: ZipEntry): Error {
  const hint = 'unzip it and pack it again without compression (zip -0)';
  return damaged(source, headerOffset, `a stored entry ${JSON.stringify(name)}`, 'a compressed one', hint);
}

/** Name and extra field may differ in length from the directory's, so the local header decides. */
function dataStart(source: ByteSource, { headerOffset, name }: ZipEntry): number {
  const bytes = source.read(headerOffset, zip.LOCAL_SIZE);
  const header = zip.view(bytes);
  const nameLength = header.getUint16(26, true);
  const signature = header.getUint32(0, true);
  const local = new TextDecoder().decode(source.read(headerOffset + zip.LOCAL_SIZE, nameLength));
  if (signature !== zip.LOCAL_HEADER || local !== name) {
    throw damaged(source, headerOffset, `the zip entry ${JSON.stringify(name)}`, JSON.stringify(local));
  }
  return headerOffset + zip.LOCAL_SIZE + nameLength + header.getUint16(28, true);
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  /** Entries that the directory says it has; at most what fits into `size`. */
  readonly count: number;
}

const LONGEST_COMMENT = 0xffff;

function findDirectory(source: ByteSource): Directory {
  const end = findEndRecord(source);
  const directory = readZip64(source, end.position) ?? end.directory;
  const { offset, size, count } = directory;
  if (offset + size > end.position || count * zip.CENTRAL_SIZE > size) {
    const received = `${count} entries in ${size} bytes at ${offset}`;
    throw damaged(source, end.position, `a zip directory before byte ${end.position}`, received);
  }
  return directory;
}

/** Only a comment may follow the end record, and its length must reach the end of the file. */
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
