/**
 * The records of a zip file that a PyTorch archive uses (PKWARE APPNOTE 6.3, sections 4.3 and 4.5), little-endian.
 */
import * as zlib from 'node:zlib';

export const LOCAL_HEADER = 0x04034b50;
export const CENTRAL_HEADER = 0x02014b50;
export const END_RECORD = 0x06054b50;
export const ZIP64_END_RECORD = 0x06064b50;
export const ZIP64_LOCATOR = 0x07064b50;

/** Fixed sizes in bytes, before names, extra fields and comments. */
export const LOCAL_SIZE = 30;
export const CENTRAL_SIZE = 46;
export const END_SIZE = 22;
export const ZIP64_END_SIZE = 56;
export const ZIP64_LOCATOR_SIZE = 20;

export const STORED = 0;

/** General purpose flags. */
export const ENCRYPTED = 1 << 0;
export const UTF8_NAMES = 1 << 11;

/** Extra fields: the zip64 sizes, and PyTorch's padding ('FB') that aligns the data. */
export const EXTRA_ZIP64 = 0x0001;
export const EXTRA_PADDING = 0x4246;

/** If all bits of a field are ones, its value is in the zip64 extra field or record. */
export const IN_ZIP64_16 = 0xffff;
export const IN_ZIP64_32 = 0xffffffff;

/** zlib's own function limits the length of its input to 32 bits. */
const CRC_PIECE = 2 ** 30;

/** CRC-32 of bytes of any length. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at += CRC_PIECE)
    crc = zlib.crc32(bytes.subarray(at, at + CRC_PIECE), crc);
  return crc;
}

export const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
