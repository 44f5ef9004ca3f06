/**
 * A tensor in a file: a dtype, a shape and little-endian bytes in row-major order. Pure data: neither this file nor the
 * formats built on it load the engine.
 */
import { kinoraError } from '../error.js';

/** Bytes of one element. The names are PyTorch's; files may hold dtypes that the engine cannot compute with. */
export const ITEM_SIZE = {
  bool: 1,
  uint8: 1,
  int8: 1,
  float8_e5m2: 1,
  float8_e4m3fn: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  complex64: 8,
  float64: 8,
  int64: 8,
  uint64: 8,
  complex128: 16,
} as const;

export type RawDType = keyof typeof ITEM_SIZE;

/** A tensor as data. `bytes()` may read from disk or copy from a device: call it once, when the bytes are needed. */
export interface RawTensor {
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  /** Exactly `byteLength(dtype, shape)` bytes: contiguous, row-major, little-endian. */
  bytes(): Uint8Array;
}

/** A RawTensor over bytes already in memory. Throws `serialize/size` if their number does not fit the shape. */
export function rawTensor(dtype: RawDType, shape: readonly number[], bytes: Uint8Array): RawTensor {
  checkSize(`tensor ${dtype}[${shape}]`, { dtype, shape }, bytes);
  return { dtype, shape, bytes: () => bytes };
}

/** Throws `serialize/size` unless `bytes` has the length that the tensor's dtype and shape require. */
export function checkSize(
  where: string,
  tensor: Pick<RawTensor, 'dtype' | 'shape'>,
  bytes: Uint8Array,
): void {
  const expected = byteLength(tensor.dtype, tensor.shape);
  if (bytes.length === expected) return;
  throw kinoraError('serialize/size', where, {
    expected: `${expected} bytes for ${tensor.dtype}[${tensor.shape}]`,
    received: `${bytes.length} bytes`,
  });
}

/** Number of elements of a shape; NaN if a size is not a natural number or the product exceeds 2^53. */
export function elementCount(shape: readonly number[]): number {
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return Number.NaN;
  if (shape.includes(0)) return 0;
  const count = shape.reduce((a, b) => a * b, 1);
  return Number.isSafeInteger(count) ? count : Number.NaN;
}

/** Bytes that a tensor takes in a file; NaN if `elementCount` is NaN or the product exceeds 2^53. */
export function byteLength(dtype: RawDType, shape: readonly number[]): number {
  const bytes = elementCount(shape) * ITEM_SIZE[dtype];
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN;
}
