/**
 * Values on the unpickler's stack that JavaScript does not have, and how messages name a value.
 * A tuple is a frozen array, a list a plain one; dict is Map, set is Set, bytes is Uint8Array, None is null. Long
 * integers and NumPy scalars, which older checkpoints contain in place of numbers, become numbers.
 */

/** A callable that GLOBAL puts on the stack for REDUCE. It never leaves the unpickler. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    /** Throws BadArguments when they do not fit. */
    readonly call: (args: readonly unknown[], budget: Budget) => unknown,
  ) {}
}

/** Counts elements that are copied, so that a small pickle cannot multiply a large list. */
export interface Budget {
  spend(elements: number): void;
}

/** Arguments that do not fit a builder; the unpickler adds file and position. */
export class BadArguments extends Error {
  constructor(
    readonly expected: string,
    readonly received: string,
  ) {
    super(expected);
  }
}

/** Python hashes neither lists nor dicts, and no checkpoint uses a tensor as a key. */
export function checkHashable(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || (Array.isArray(key) && Object.isFrozen(key))) return key;
  throw new BadArguments('a key that Python could hash', describe(key));
}

/** The kind of a value, in Python's words, for messages. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `a ${Object.isFrozen(value) ? 'tuple' : 'list'} of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof PickleGlobal) return value.name;
  return 'an object';
}

/** Longer integers have no use in a checkpoint and take quadratic time to print. */
const LONGEST = 1024;

/** A number when it is safe (below 2^53), else a bigint. */
export function decodeInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  if (bytes.length > LONGEST)
    throw new BadArguments(`an integer of at most ${LONGEST} bytes`, `${bytes.length} bytes`);
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** The shortest two's complement form of `value`, as CPython's `encode_long`. */
export function encodeInteger(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  let size = 1;
  while (BigInt.asIntN(8 * size, value) !== value) size++;
  const hex = BigInt.asUintN(8 * size, value)
    .toString(16)
    .padStart(2 * size, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex').reverse());
}

type Reader = (view: DataView) => number | bigint | boolean;

const READERS: Record<string, Reader> = {
  b1: (view) => view.getUint8(0) !== 0,
  i1: (view) => view.getInt8(0),
  u1: (view) => view.getUint8(0),
  i2: (view) => view.getInt16(0, true),
  u2: (view) => view.getUint16(0, true),
  i4: (view) => view.getInt32(0, true),
  u4: (view) => view.getUint32(0, true),
  i8: (view) => view.getBigInt64(0, true),
  u8: (view) => view.getBigUint64(0, true),
  f4: (view) => view.getFloat32(0, true),
  f8: (view) => view.getFloat64(0, true),
};

/** A dtype on the unpickler's stack; BUILD gives it its byte order. It never leaves the unpickler. */
export class NumpyDtype {
  constructor(readonly code: string) {}

  /** `state` is NumPy's `(version, byteorder, ...)`. Only little-endian and single bytes are plain. */
  setState(state: unknown): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (order !== '<' && order !== '|')
      throw new BadArguments('a little-endian NumPy dtype', describe(order));
  }
}

export function makeNumpyDtype([code]: readonly unknown[]): NumpyDtype {
  if (typeof code === 'string' && Object.hasOwn(READERS, code)) return new NumpyDtype(code);
  throw new BadArguments(`a NumPy dtype of ${Object.keys(READERS).join(', ')}`, describe(code));
}

export function decodeNumpyScalar([dtype, bytes]: readonly unknown[]): number | bigint | boolean {
  if (!(dtype instanceof NumpyDtype)) throw new BadArguments('a NumPy dtype', describe(dtype));
  const size = Number(dtype.code[1]);
  if (!(bytes instanceof Uint8Array) || bytes.length !== size) {
    throw new BadArguments(`${size} bytes for a NumPy scalar`, describe(bytes));
  }
  const value = READERS[dtype.code]!(new DataView(bytes.buffer, bytes.byteOffset, size));
  return typeof value === 'bigint' && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
    ? Number(value)
    : value;
}
