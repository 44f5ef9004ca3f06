/**
 * TFRecord framing: `u64 length | masked CRC of the length | data | masked CRC of the data`, little-endian
 * (TensorFlow, record_writer.cc). A process killed while it writes leaves at most one torn record, at the end.
 */
import type { serialize } from '@kinora/torch';
import { maskedCrc32c } from './crc32c.js';

const HEADER_SIZE = 12;
const FOOTER_SIZE = 4;
/** Bytes that a record takes beside its data. */
export const FRAME_SIZE = HEADER_SIZE + FOOTER_SIZE;

export function frameRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + FRAME_SIZE);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, HEADER_SIZE);
  record.writeUInt32LE(maskedCrc32c(data), HEADER_SIZE + data.length);
  return record;
}

/** The data of the whole records from the start; ends, without an error, at the first torn or damaged one. */
export function* readRecords(source: serialize.ByteSource): Generator<Uint8Array> {
  for (let at = 0; ; ) {
    const data = readRecord(source, at);
    if (data === undefined) return;
    yield data;
    at += data.length + FRAME_SIZE;
  }
}

function readRecord(source: serialize.ByteSource, at: number): Uint8Array | undefined {
  if (at + HEADER_SIZE > source.size) return undefined;
  const header = Buffer.from(source.read(at, HEADER_SIZE));
  if (header.readUInt32LE(8) !== maskedCrc32c(header.subarray(0, 8))) return undefined;
  const length = Number(header.readBigUInt64LE());
  if (at + length + FRAME_SIZE > source.size) return undefined;
  const body = Buffer.from(source.read(at + HEADER_SIZE, length + FOOTER_SIZE));
  const data = body.subarray(0, length);
  return body.readUInt32LE(length) === maskedCrc32c(data) ? data : undefined;
}
