/**
 * CRC-32 (ISO 3309, the zip checksum). Node has it in zlib from 20.15 on; before that, eight tables of our own.
 */
import * as zlib from 'node:zlib';

type Crc32 = (bytes: Uint8Array, seed?: number) => number;

const REVERSED_POLYNOMIAL = 0xedb88320;
const SLICES = 8;

/** tables[k][b]: the checksum of byte b followed by k zero bytes. */
function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
    tables[0]![byte] = crc;
  }
  for (let k = 1; k < SLICES; k++) {
    tables[k]!.set(tables[k - 1]!.map((crc) => (crc >>> 8) ^ tables[0]![crc & 0xff]!));
  }
  return tables;
}

let cached: Uint32Array[] | undefined;

/** Slicing-by-8 (Kounavis & Berry, 2005). `seed` is the checksum of the bytes before. */
export const tableCrc32: Crc32 = (bytes, seed = 0) => {
  cached ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = cached as [Uint32Array, ...Uint32Array[]];
  let crc = ~seed;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7![crc & 0xff]! ^
      t6![(crc >>> 8) & 0xff]! ^
      t5![(crc >>> 16) & 0xff]! ^
      t4![crc >>> 24]! ^
      t3![bytes[i + 4]!]! ^
      t2![bytes[i + 5]!]! ^
      t1![bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
};

const native = (zlib as { crc32?: Crc32 }).crc32;

export const crc32: Crc32 = native ?? tableCrc32;
