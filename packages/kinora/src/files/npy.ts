/**
 * NumPy's .npy files of plain numbers, so that `numpy.load` reads logits and targets. Format 1.0 and 2.0 as in NumPy's
 * numpy/lib/format.py; row-major, little-endian; no structured dtypes and no pickles.
 */
import { KinoraError, kinoraError, serialize } from '@kinora/torch';
import { readBounded } from './bounded.js';

const ARRAYS = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
} as const;

export type NpyArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Npy {
  readonly data: NpyArray;
  readonly shape: readonly number[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy pads the header so that the data can be mapped. */
const ALIGNMENT = 64;

/** Writes `data` in row-major order, atomically. Throws `npy/shape` when the shape asks for another number of elements. */
export function writeNpy(path: string, data: NpyArray, shape: readonly number[]): void {
  checkCount(path, data.length, shape);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  serialize.writeAtomically(path, (sink) => {
    sink.write(encodeHeader(data, shape));
    sink.write(bytes);
  });
}

function encodeHeader(data: NpyArray, shape: readonly number[]): Uint8Array {
  const descr = Object.entries(ARRAYS).find(([, kind]) => data instanceof kind)![0];
  // A Python tuple: the comma behind the last size makes (3,) one.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const used = MAGIC.length + 4 + text.length + 1;
  const line = `${text}${' '.repeat((ALIGNMENT - (used % ALIGNMENT)) % ALIGNMENT)}\n`;
  const size = Buffer.alloc(2);
  size.writeUInt16LE(line.length);
  return Buffer.concat([MAGIC, Uint8Array.of(1, 0), size, Buffer.from(line)]);
}

/** Reads a file of one of the dtypes above. Throws `npy/format` for any other kind of file. */
export function readNpy(path: string): Npy {
  const bytes = readFile(path);
  const { descr, shape, dataStart } = parseHeader(path, bytes);
  const kind = ARRAYS[descr];
  const data = bytes.subarray(dataStart);
  if (data.length % kind.BYTES_PER_ELEMENT !== 0) {
    throw bad(path, `whole elements of ${kind.BYTES_PER_ELEMENT} bytes`, `${data.length} bytes`);
  }
  const array = new kind(new Uint8Array(data).buffer);
  checkCount(path, array.length, shape);
  return { data: array, shape };
}

/** The elements of such a file as numbers, row by row. */
export const readNumbers = (path: string): number[] =>
  Array.from(readNpy(path).data as ArrayLike<number | bigint>, Number);

/** What one buffer can hold in every supported Node. */
const LIMIT = 2 ** 31 - 1;

function readFile(path: string): Buffer {
  try {
    return readBounded(path, { expected: 'a .npy file', limit: LIMIT });
  } catch (cause) {
    throw cause instanceof KinoraError ? cause : serialize.fileError(path, 'a readable .npy file', cause);
  }
}

const HEADER = /^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*$/;

function parseHeader(
  path: string,
  bytes: Buffer,
): { descr: keyof typeof ARRAYS; shape: number[]; dataStart: number } {
  const version = bytes[MAGIC.length];
  if (
    !bytes.subarray(0, MAGIC.length).equals(MAGIC) ||
    (version !== 1 && version !== 2) ||
    bytes.length < 12
  ) {
    throw bad(path, 'a .npy file of version 1 or 2', `the bytes ${bytes.subarray(0, 8).toString('hex')}`);
  }
  const start = version === 1 ? 10 : 12;
  const dataStart = start + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const text = bytes.toString('latin1', start, dataStart);
  const [, descr = '', fortran, sizes = ''] = HEADER.exec(text) ?? [];
  if (!Object.hasOwn(ARRAYS, descr))
    throw bad(path, `a dtype of ${Object.keys(ARRAYS).join(', ')}`, text.trim());
  if (fortran === 'True') throw bad(path, 'row-major order', 'Fortran order');
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { descr: descr as keyof typeof ARRAYS, shape, dataStart };
}

function checkCount(path: string, received: number, shape: readonly number[]): void {
  const expected = shape.reduce((a, b) => a * b, 1);
  if (received === expected) return;
  throw kinoraError('npy/shape', path, {
    expected: `${expected} elements for shape [${shape.join(', ')}]`,
    received: String(received),
  });
}

const bad = (path: string, expected: string, received: string): KinoraError =>
  kinoraError('npy/format', path, expected, received);
