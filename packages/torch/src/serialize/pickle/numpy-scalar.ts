/**
 * NumPy scalars, which older checkpoints hold where a number was meant (`best_prec1` as np.float64).
 * They become numbers; NumPy arrays and every other dtype are refused.
 */
import { BadArguments, describe } from './values.js';

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
