/**
 * A reader of event files that shares nothing with the writer: framing, checksums bit by bit, protobuf fields by name
 * of the message they stand in. Throws on anything that a TensorBoard would stumble over.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fields of a message by number: varints and bytes as they stand, every occurrence. */
export type Fields = Map<number, (bigint | Uint8Array)[]>;

export interface ReadEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  tag?: string;
  scalar?: number;
  image?: { height: number; width: number; channels: number; png: Uint8Array };
  histogram?: { moments: number[]; limits: number[]; counts: number[] };
}

export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (crc ^ (byte >>> bit)) & 1;
      crc = (crc >>> 1) ^ (carry * 0x82f63b78);
    }
  }
  return ~crc >>> 0;
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(checksum(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

export function readEventFile(path: string): ReadEvent[] {
  const file = readFileSync(path);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    if (file.readUInt32LE(at + 8) !== masked(file.subarray(at, at + 8)))
      throw new Error(`length CRC at ${at}`);
    if (file.readUInt32LE(at + 12 + length) !== masked(data)) throw new Error(`data CRC at ${at}`);
    events.push(decodeEvent(data));
    at += 16 + length;
  }
  return events;
}

export const readEventFolder = (folder: string): ReadEvent[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => readEventFile(join(folder, name)));

export function decode(bytes: Uint8Array): Fields {
  const data = Buffer.from(bytes);
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(data.readUInt8(at++));
      value += (byte % 128n) << shift;
      if (byte < 128n) return value;
    }
  };
  const take = (size: number): Uint8Array => {
    if (at + size > data.length) throw new RangeError('field beyond its message');
    at += size;
    return data.subarray(at - size, at);
  };
  while (at < data.length) {
    const key = Number(varint());
    const wire = key % 8;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const bytesOf = (fields: Fields, field: number): Buffer =>
  Buffer.from((fields.get(field)?.[0] ?? Buffer.alloc(0)) as Uint8Array);
const numberOf = (fields: Fields, field: number): number => Number(fields.get(field)?.[0] ?? 0);
const doubles = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));

function decodeEvent(bytes: Uint8Array): ReadEvent {
  const event = decode(bytes);
  const read: ReadEvent = { wallTime: bytesOf(event, 1).readDoubleLE(), step: numberOf(event, 2) };
  if (event.has(3)) read.fileVersion = bytesOf(event, 3).toString();
  if (event.has(7)) read.sessionStatus = numberOf(decode(bytesOf(event, 7)), 1);
  return event.has(5) ? { ...read, ...decodeValue(decode(bytesOf(decode(bytesOf(event, 5)), 1))) } : read;
}

function decodeValue(value: Fields): Partial<ReadEvent> {
  const read: Partial<ReadEvent> = { tag: bytesOf(value, 1).toString() };
  if (value.has(2)) read.scalar = bytesOf(value, 2).readFloatLE();
  if (value.has(4)) {
    const image = decode(bytesOf(value, 4));
    const [height, width, channels] = [1, 2, 3].map((field) => numberOf(image, field)) as [
      number,
      number,
      number,
    ];
    read.image = { height, width, channels, png: bytesOf(image, 4) };
  }
  if (value.has(5)) {
    const histogram = decode(bytesOf(value, 5));
    const moments = [1, 2, 3, 4, 5].map((field) => bytesOf(histogram, field).readDoubleLE());
    read.histogram = {
      moments,
      limits: doubles(bytesOf(histogram, 6)),
      counts: doubles(bytesOf(histogram, 7)),
    };
  }
  return read;
}
