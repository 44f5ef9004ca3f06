/** As much of the Protocol Buffers wire format (protobuf.dev, "Encoding") as reading and rewriting ONNX files needs. */

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** Of a varint. */
  readonly value?: number;
  /** Of a length-delimited field. */
  readonly bytes?: Uint8Array;
}

const VARINT = 0;
const BYTES = 2;
/** Bytes of a field by its wire type, where that is fixed: varints are read, and take none after that. */
const LENGTHS: Readonly<Record<number, number>> = { [VARINT]: 0, 1: 8, 5: 4 };

/** The fields of a message, in file order. Throws RangeError where it ends too early. */
export function* fields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined || scale > 2 ** 56) throw new RangeError('no varint');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (number === 0) throw new RangeError('no field');
    const kind = key & 7;
    const value = kind === VARINT ? varint() : undefined;
    const length = kind === BYTES ? varint() : (LENGTHS[kind] ?? refuseKind());
    if (at + length > message.length) throw new RangeError('a field that ends after its message');
    if (value !== undefined) yield { number, value };
    else yield kind === BYTES ? { number, bytes: message.subarray(at, at + length) } : { number };
    at += length;
  }
}

const refuseKind = (): never => {
  throw new RangeError('a wire type that nobody writes');
};

/** The messages in the fields of one number. */
export function* messages(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { number, bytes } of fields(message)) if (number === wanted && bytes !== undefined) yield bytes;
}

/** Fields as bytes; a message is the concatenation of its fields. */
export function int64(number: number, value: number): Uint8Array {
  return concat([varint(number * 8 + VARINT), varint(value)]);
}

export function bytes(number: number, value: Uint8Array): Uint8Array {
  return concat([varint(number * 8 + BYTES), varint(value.length), value]);
}

export const text = (number: number, value: string): Uint8Array =>
  bytes(number, new TextEncoder().encode(value));

export const message = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  bytes(number, concat(parts));

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Of a whole number from 0 to 2^53. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...out, rest]);
}
