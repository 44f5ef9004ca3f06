/**
 * Writes zip archives as PyTorch does: entries stored, their data aligned to 64 bytes (so that a reader can map
 * tensors in place), zip64 where a size or an offset needs it. Time stamps are constant, so the same input gives the
 * same bytes.
 */

import type { ByteSink } from '../atomic.js';
import * as zip from './format.js';

const ALIGNMENT = 64;
/** 1980-01-01, the first day of the format. */
const DOS_DATE = 0x0021;
const VERSION_PLAIN = 20;
const VERSION_ZIP64 = 45;

interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
}

export class ZipWriter {
  readonly #entries: Written[] = [];

  /** `zip64From`: the smallest value that is written to a zip64 field; lower in tests, where files are small. */
  constructor(
    private readonly sink: ByteSink,
    private readonly zip64From = zip.IN_ZIP64_32,
  ) {}

  add(path: string, data: Uint8Array): void {
    const name = Buffer.from(path);
    const entry = { name, size: data.length, crc: zip.crc32(data), offset: this.sink.position };
    this.sink.write(this.#localHeader(entry));
    this.sink.write(data);
    this.#entries.push(entry);
  }

  /** Writes the directory; nothing can be added after that. */
  finish(): void {
    const offset = this.sink.position;
    for (const entry of this.#entries) this.sink.write(this.#centralHeader(entry));
    const size = this.sink.position - offset;
    const count = this.#entries.length;
    if (count >= Math.min(this.zip64From, zip.IN_ZIP64_16) || offset + size >= this.zip64From) {
      const position = this.sink.position;
      this.sink.write(zip64EndRecord(count, size, offset));
      this.sink.write(zip64Locator(position));
    }
    this.sink.write(endRecord(count, size, offset));
  }

  #localHeader({ name, size, crc, offset }: Written): Uint8Array {
    const wide = size >= this.zip64From;
    const sizes = wide ? zip64Extra([size, size]) : Buffer.alloc(0);
    const before = offset + zip.LOCAL_SIZE + name.length + sizes.length;
    const extra = Buffer.concat([sizes, padding(before)]);
    const header = Buffer.alloc(zip.LOCAL_SIZE);
    header.writeUInt32LE(zip.LOCAL_HEADER, 0);
    writeCommon(header, 4, { crc, name, extra, size: wide ? zip.IN_ZIP64_32 : size, wide });
    return Buffer.concat([header, name, extra]);
  }

  #centralHeader({ name, size, crc, offset }: Written): Uint8Array {
    const narrow = (value: number) => (value >= this.zip64From ? zip.IN_ZIP64_32 : value);
    const values = [size, size, offset].filter((value) => value >= this.zip64From);
    const extra = values.length > 0 ? zip64Extra(values) : Buffer.alloc(0);
    const wide = values.length > 0;
    const header = Buffer.alloc(zip.CENTRAL_SIZE);
    header.writeUInt32LE(zip.CENTRAL_HEADER, 0);
    header.writeUInt16LE(wide ? VERSION_ZIP64 : VERSION_PLAIN, 4);
    writeCommon(header, 6, { crc, name, extra, size: narrow(size), wide });
    header.writeUInt32LE(narrow(offset), 42);
    return Buffer.concat([header, name, extra]);
  }
}

interface Common {
  crc: number;
  size: number;
  name: Uint8Array;
  extra: Uint8Array;
  wide: boolean;
}

/** The 26 bytes that the local and the central header share. */
function writeCommon(header: Buffer, at: number, { crc, size, name, extra, wide }: Common): void {
  header.writeUInt16LE(wide ? VERSION_ZIP64 : VERSION_PLAIN, at);
  header.writeUInt16LE(zip.UTF8_NAMES, at + 2);
  header.writeUInt16LE(zip.STORED, at + 4);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(name.length, at + 22);
  header.writeUInt16LE(extra.length, at + 24);
}

function zip64Extra(values: number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(zip.EXTRA_ZIP64, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => {
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  });
  return extra;
}

/** PyTorch's 'FB' extra field, long enough to align the data after it. */
function padding(before: number): Buffer {
  const length = (ALIGNMENT - ((before + 4) % ALIGNMENT)) % ALIGNMENT;
  const extra = Buffer.alloc(4 + length, 'Z');
  extra.writeUInt16LE(zip.EXTRA_PADDING, 0);
  extra.writeUInt16LE(length, 2);
  return extra;
}

function zip64EndRecord(count: number, size: number, offset: number): Uint8Array {
  const record = Buffer.alloc(zip.ZIP64_END_SIZE);
  record.writeUInt32LE(zip.ZIP64_END_RECORD, 0);
  record.writeBigUInt64LE(BigInt(zip.ZIP64_END_SIZE - 12), 4);
  record.writeUInt16LE(VERSION_ZIP64, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  return record;
}

function zip64Locator(position: number): Uint8Array {
  const locator = Buffer.alloc(zip.ZIP64_LOCATOR_SIZE);
  locator.writeUInt32LE(zip.ZIP64_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(position), 8);
  locator.writeUInt32LE(1, 16);
  return locator;
}

/** Values that do not fit are all ones; the zip64 record before it holds them. */
function endRecord(count: number, size: number, offset: number): Uint8Array {
  const record = Buffer.alloc(zip.END_SIZE);
  record.writeUInt32LE(zip.END_RECORD, 0);
  record.writeUInt16LE(Math.min(count, zip.IN_ZIP64_16), 8);
  record.writeUInt16LE(Math.min(count, zip.IN_ZIP64_16), 10);
  record.writeUInt32LE(Math.min(size, zip.IN_ZIP64_32), 12);
  record.writeUInt32LE(Math.min(offset, zip.IN_ZIP64_32), 16);
  return record;
}
