/** Tensors from JavaScript values: numbers, nested arrays, typed arrays and raw bytes. */
import { type DType, dtypeOfArray, dtypes, type TypedArray } from './dtype.js';
import { KinoraError } from './error.js';
import { native } from './native.js';
import { type Device, type NestedArray, type Scalar, type Shape, Tensor } from './tensor.js';

export interface TensorOptions {
  dtype?: DType;
  device?: Device;
  requiresGrad?: boolean;
}

/**
 * A tensor that holds a copy of a value or of nested arrays (torch.tensor). Numbers become float32, bigints int64 and
 * booleans bool unless `dtype` says otherwise. Throws where the arrays are ragged.
 */
export function tensor(data: NestedArray, options: TensorOptions = {}): Tensor {
  const shape = shapeOf(data);
  const values: Scalar[] = [];
  flatten(data, shape, 0, values);
  const dtype = options.dtype ?? defaultDType(values[0]);
  return place(new Tensor(native().fromBytes(pack(values, dtype), packedAs(dtype), shape)), dtype, options);
}

/** A tensor that holds a copy of a typed array; its dtype is the array's own unless `dtype` says otherwise. */
export function fromTypedArray(array: TypedArray, shape: Shape, options: TensorOptions = {}): Tensor {
  const dtype = dtypeOfArray(array);
  const expected = shape.reduce((product, size) => product * size, 1);
  if (array.length !== expected) throw wrongLength(array.length, shape, expected);
  return place(new Tensor(native().fromBytes(array, dtype, shape)), options.dtype ?? dtype, options);
}

/** A tensor of any dtype that holds a copy of raw little-endian bytes in row-major order. */
export function fromBytes(bytes: Uint8Array, dtype: DType, shape: Shape): Tensor {
  const expected = shape.reduce((product, size) => product * size, 1) * dtypes[dtype].size;
  if (bytes.length !== expected) throw wrongLength(bytes.length, shape, expected, 'bytes');
  return new Tensor(native().fromBytes(bytes, dtype, shape));
}

function place(made: Tensor, dtype: DType, { device, requiresGrad }: TensorOptions): Tensor {
  const placed = convert(made, dtype, device ?? 'cpu');
  if (requiresGrad) placed.requiresGrad = true;
  return placed;
}

function convert(made: Tensor, dtype: DType, device: Device): Tensor {
  if (made.dtype === dtype && device === 'cpu') return made;
  const operator = native().resolve('aten::_to_copy', '')!;
  const named: Record<string, unknown> = { dtype, device };
  const args = operator.arguments.map(({ name }, i) => (i === 0 ? made.handle : named[name]));
  const converted = new Tensor(native().call(operator.index, ...args) as number);
  made.dispose();
  return converted;
}

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function flatten(data: NestedArray, shape: Shape, depth: number, into: Scalar[]): void {
  if (depth === shape.length) {
    if (typeof data === 'object') throw ragged(shape, depth, data);
    into.push(data as Scalar);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) throw ragged(shape, depth, data);
  for (const item of data) flatten(item, shape, depth + 1, into);
}

const defaultDType = (first: Scalar | undefined): DType =>
  typeof first === 'bigint' ? 'int64' : typeof first === 'boolean' ? 'bool' : 'float32';

/** Half precisions and complex numbers are packed as floats and converted natively. */
function packedAs(dtype: DType): DType {
  const { readAs, width } = dtypes[dtype];
  return width === 2 ? 'float64' : readAs;
}

function pack(values: readonly Scalar[], dtype: DType): TypedArray {
  if (dtype === 'int64') return BigInt64Array.from(values, (value) => BigInt(value));
  const array = new dtypes[packedAs(dtype)].array(values.length);
  for (let i = 0; i < values.length; i++)
    array[i] = Number(dtype === 'bool' ? Boolean(values[i]) : values[i]);
  return array;
}

function ragged(shape: Shape, depth: number, data: NestedArray): KinoraError {
  return new KinoraError({
    code: 'torch/ragged',
    where: `tensor(), dimension ${depth}`,
    expected: depth === shape.length ? 'a number' : `an array of ${shape[depth]}`,
    received: Array.isArray(data) ? `an array of ${data.length}` : String(data),
    hint: 'every nested array of a dimension has the same length',
  });
}

function wrongLength(received: number, shape: Shape, expected: number, unit = 'elements'): KinoraError {
  return new KinoraError({
    code: 'torch/length',
    where: `shape [${shape.join(', ')}]`,
    expected: `${expected} ${unit}`,
    received: String(received),
  });
}
