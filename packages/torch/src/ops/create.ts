/** Tensors from JavaScript values: numbers, nested arrays, typed arrays and raw bytes. */
import type { Device } from '../engine/device.js';
import { type DType, dtypeOfArray, dtypes, isDType, type TypedArray } from '../engine/dtype.js';
import { native } from '../engine/native.js';
import { type KinoraError, kinoraError } from '../error.js';
import { type NestedArray, type Scalar, type Shape, Tensor } from '../tensor/tensor.js';
import { callOp } from './dispatch.js';

/** dtype, device and gradient of a new tensor. */
export interface TensorOptions {
  dtype?: DType;
  device?: Device;
  requiresGrad?: boolean;
}

/**
 * A tensor that holds a copy of a value or of nested arrays (torch.tensor). Numbers become float32, bigints int64 and
 * booleans bool, unless `dtype` is given.
 * @throws KinoraError `torch/ragged`, or `torch/value` for a value that the dtype cannot hold, such as 2.5 or 300 in uint8
 */
export function tensor(data: NestedArray, options: TensorOptions = {}): Tensor {
  checkOptions(options, 'tensor()');
  const shape = shapeOf(data);
  const values: Scalar[] = [];
  flatten(data, shape, 0, values);
  const dtype = checkedDType(options.dtype ?? defaultDType(values[0]));
  const { array, packedAs } = packScalars(values, dtype);
  return place(new Tensor(native().fromBytes(array, packedAs, shape, isCuda(options))), dtype, options);
}

/** A tensor that holds a copy of a typed array; its dtype is that of the array, unless `dtype` is given. */
export function fromTypedArray(array: TypedArray, shape: Shape, options: TensorOptions = {}): Tensor {
  checkOptions(options, 'fromTypedArray()');
  const dtype = dtypeOfArray(array);
  checkLength(array.length, shape, 1, 'elements');
  return place(
    new Tensor(native().fromBytes(array, dtype, shape, isCuda(options))),
    checkedDType(options.dtype ?? dtype),
    options,
  );
}

/** A tensor of any dtype that holds a copy of raw little-endian bytes in row-major order. */
export function fromBytes(bytes: Uint8Array, dtype: DType, shape: Shape): Tensor {
  checkLength(bytes.length, shape, dtypes[checkedDType(dtype)].size, 'bytes');
  return new Tensor(native().fromBytes(bytes, dtype, shape, false));
}

/** The options that libtorch's operators accept. */
const MOST_DIMENSIONS = 64;

const OPTIONS: readonly string[] = ['dtype', 'device', 'requiresGrad'] satisfies (keyof TensorOptions)[];

/** Rejects misspelt options, which JavaScript would silently ignore. */
function checkOptions(options: TensorOptions, where: string): void {
  const strange = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (strange === undefined) return;
  throw kinoraError('torch/option', where, `options named ${OPTIONS.join(', ')}`, JSON.stringify(strange));
}

/** Pinned memory for a copy to a GPU, so that the program need not wait for it. */
const isCuda = ({ device = 'cpu' }: TensorOptions): boolean => device.startsWith('cuda');

function place(made: Tensor, dtype: DType, { device = 'cpu', requiresGrad }: TensorOptions): Tensor {
  const placed = convert(made, dtype, device);
  if (requiresGrad) placed.requiresGrad = true;
  return placed;
}

function convert(made: Tensor, dtype: DType, device: Device): Tensor {
  if (made.dtype === dtype && device === 'cpu') return made;
  try {
    return callOp('aten::_to_copy', made, { dtype, device, non_blocking: device !== 'cpu' }) as Tensor;
  } finally {
    made.dispose();
  }
}

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
    // An array that contains itself is nested without end.
    if (shape.length > MOST_DIMENSIONS) throw tooDeep();
  }
  return shape;
}

function flatten(data: NestedArray, shape: Shape, depth: number, into: Scalar[]): void {
  if (depth === shape.length) {
    if (!['number', 'bigint', 'boolean'].includes(typeof data)) throw ragged(shape, depth, data);
    into.push(data as Scalar);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) throw ragged(shape, depth, data);
  for (const item of data) flatten(item, shape, depth + 1, into);
}

const defaultDType = (first: Scalar | undefined): DType =>
  typeof first === 'bigint' ? 'int64' : typeof first === 'boolean' ? 'bool' : 'float32';

function checkedDType(dtype: DType): DType {
  if (isDType(dtype)) return dtype;
  throw kinoraError('torch/dtype', undefined, `a dtype (${Object.keys(dtypes).join(', ')})`, String(dtype));
}

function checkLength(received: number, shape: Shape, size: number, unit: string): void {
  const expected = shape.reduce((product, length) => product * length, size);
  if (received === expected) return;
  throw kinoraError('torch/length', `shape [${shape.join(', ')}]`, `${expected} ${unit}`, String(received));
}

const tooDeep = (): KinoraError =>
  kinoraError('torch/ragged', 'tensor()', {
    expected: `at most ${MOST_DIMENSIONS} dimensions`,
    received: 'arrays nested deeper, or one that contains itself',
  });

function ragged(shape: Shape, depth: number, data: unknown): KinoraError {
  const isTyped = ArrayBuffer.isView(data);
  return kinoraError('torch/ragged', `tensor(), dimension ${depth}`, {
    expected: depth === shape.length ? 'a number, bigint or boolean' : `an array of ${shape[depth]}`,
    received: Array.isArray(data) ? `an array of ${data.length}` : isTyped ? 'a typed array' : String(data),
    hint: isTyped ? 'use fromTypedArray()' : 'every nested array of a dimension has the same length',
  });
}

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
function packScalars(values: readonly Scalar[], dtype: DType): { array: TypedArray; packedAs: DType } {
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
  return kinoraError('torch/value', 'tensor()', {
    expected:
      range === undefined ? `integers for ${dtype}` : `integers from ${range[0]} to ${range[1]} for ${dtype}`,
    received: String(value),
  });
}
