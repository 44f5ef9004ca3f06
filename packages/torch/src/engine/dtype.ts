/** Element types: PyTorch's names, their sizes, and the typed array each one is read into. */
import { KinoraError } from '../error.js';

/** A dtype by its PyTorch name, without `torch.`. */
export type DType =
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'bfloat16'
  | 'complex64'
  | 'complex128';

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

interface DTypeFacts {
  /** Bytes per element. */
  readonly size: number;
  /** The dtype that an element is read as: half precisions widen to float32, complex numbers are pairs. */
  readonly readAs: DType;
  readonly array: new (length: number) => TypedArray;
  /** Typed array elements per tensor element. */
  readonly width: number;
}

const fact = (size: number, array: DTypeFacts['array'], readAs: DType, width = 1): DTypeFacts => ({
  size,
  array,
  readAs,
  width,
});

export const dtypes: Readonly<Record<DType, DTypeFacts>> = {
  uint8: fact(1, Uint8Array, 'uint8'),
  int8: fact(1, Int8Array, 'int8'),
  int16: fact(2, Int16Array, 'int16'),
  int32: fact(4, Int32Array, 'int32'),
  int64: fact(8, BigInt64Array, 'int64'),
  float16: fact(2, Float32Array, 'float32'),
  float32: fact(4, Float32Array, 'float32'),
  float64: fact(8, Float64Array, 'float64'),
  bool: fact(1, Uint8Array, 'bool'),
  bfloat16: fact(2, Float32Array, 'float32'),
  complex64: fact(8, Float32Array, 'complex64', 2),
  complex128: fact(16, Float64Array, 'complex128', 2),
};

export const isDType = (name: unknown): name is DType =>
  typeof name === 'string' && Object.hasOwn(dtypes, name);

export const isFloating = (dtype: DType): boolean => dtype.includes('float') || dtype.startsWith('complex');

/** Dtypes that have a typed array. */
const plain: readonly DType[] = ['uint8', 'int8', 'int16', 'int32', 'int64', 'float32', 'float64'];

/** The dtype of a typed array's elements. @throws KinoraError `torch/dtype` for Uint16Array and the like */
export function dtypeOfArray(array: TypedArray): DType {
  const dtype = plain.find((name) => array instanceof dtypes[name].array);
  if (dtype !== undefined) return dtype;
  throw new KinoraError({
    code: 'torch/dtype',
    expected: plain.map((name) => dtypes[name].array.name).join(', '),
    received: (array as object | null)?.constructor.name ?? String(array),
  });
}
