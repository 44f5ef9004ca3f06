/**
 * As much of the Protocol Buffers wire format as event files and ONNX need: fields are concatenated, so a message is the
 * concatenation of what these functions return (protobuf.dev, "Encoding").
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Unsigned or, as int64 on the wire, two's complement. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wireType: number): Uint8Array => varint(BigInt((field << 3) | wireType));

export const int64 = (field: number, value: number): Uint8Array =>
  Buffer.concat([tag(field, VARINT), varint(BigInt(value))]);

export function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED64), bytes]);
}

export function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED32), bytes]);
}

export const bytes = (field: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([tag(field, BYTES), varint(BigInt(value.length)), value]);

export const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value));

export const message = (field: number, ...fields: Uint8Array[]): Uint8Array =>
  bytes(field, Buffer.concat(fields));

export const packedDoubles = (field: number, values: readonly number[]): Uint8Array =>
  bytes(field, Buffer.from(Float64Array.from(values).buffer));

/** The int64 of a field of a message, 0 where it is absent (as proto3 has it). Skips all other fields. */
export function findInt64(data: Uint8Array, wanted: number): number {
  const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < view.length; ) {
    const key = readVarint(view, at);
    const [field, wireType] = [Number(key.value >> 3n), Number(key.value & 7n)];
    const value =
      wireType === VARINT || wireType === BYTES ? readVarint(view, key.end) : { value: 0n, end: key.end };
    if (field === wanted && wireType === VARINT) return Number(BigInt.asIntN(64, value.value));
    at = value.end + skipped(wireType, value.value);
  }
  return 0;
}

/** Bytes of a field behind its key and, where it has one, its varint. */
function skipped(wireType: number, length: bigint): number {
  if (wireType === FIXED64) return 8;
  if (wireType === FIXED32) return 4;
  return wireType === BYTES ? Number(length) : 0;
}

function readVarint(data: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  let at = start;
  for (let shift = 0n; ; shift += 7n) {
    const byte = data[at++] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at };
  }
}
