/** JavaScript numbers as the elements of a dtype, refusing those it cannot hold, where typed arrays would wrap around. */

import { KinoraError } from '../error.js';
import type { Scalar } from '../tensor/tensor.js';
import { type DType, dtypes, type TypedArray } from './dtype.js';

/** Ranges of the integer dtypes that are written from numbers. */
const ranges: Partial<Record<DType, readonly [min: number, max: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
};

/**
 * @returns the values, and the dtype they are packed as: half precisions and complex numbers as floats, for libtorch to
 * convert
 * @throws KinoraError `torch/value`
 */
export function packScalars(values: readonly Scalar[], dtype: DType): { array: TypedArray; packedAs: DType } {
  if (dtype === 'int64')
    return { array: BigInt64Array.from(values, (value) => int64(value)), packedAs: dtype };
  const { readAs, width } = dtypes[dtype];
  const packedAs = width === 2 ? 'float64' : readAs;
  const array = new dtypes[packedAs].array(values.length);
  for (let i = 0; i < values.length; i++) array[i] = toNumber(values[i]!, dtype);
  return { array, packedAs };
}

function toNumber(value: Scalar, dtype: DType): number {
  const number = Number(dtype === 'bool' ? Boolean(value) : value);
  const range = ranges[dtype];
  if (range === undefined || (Number.isInteger(number) && number >= range[0] && number <= range[1]))
    return number;
  throw unfitting(value, dtype);
}

function int64(value: Scalar): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) throw unfitting(value, 'int64');
  const exact = BigInt(value);
  if (BigInt.asIntN(64, exact) !== exact) throw unfitting(value, 'int64');
  return exact;
}

function unfitting(value: Scalar, dtype: DType): KinoraError {
  const range = ranges[dtype];
  return new KinoraError({
    code: 'torch/value',
    where: 'tensor()',
    expected:
      range === undefined ? `integers for ${dtype}` : `integers from ${range[0]} to ${range[1]} for ${dtype}`,
    received: String(value),
  });
}
