/** Reads the Protocol Buffers wire format: a message is its fields one after the other (protobuf.dev, "Encoding"). */

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

/** The fields of a protobuf message, in file order. Throws RangeError where it ends too early. */
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
