/**
 * A tensor: a handle to native memory, its shape, dtype and device, and its data in and out. methods.ts adds the
 * operators to its prototype, so that this file does not depend on the dispatcher.
 */
import { inspect } from 'node:util';
import type { Device } from '../engine/device.js';
import { type DType, dtypes, type TypedArray } from '../engine/dtype.js';
import { type Handle, native } from '../engine/native.js';
import { oncePerProcess } from '../engine/process-wide.js';
import { currentScope, type Owned, type Scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { formatTensor } from './print.js';

/** Sizes of the dimensions. */
export type Shape = readonly number[];
/** An element of a tensor. */
export type Scalar = number | bigint | boolean;
export type NestedArray<T = Scalar> = T | readonly NestedArray<T>[];

const DISPOSED = -1;
const backstop = new FinalizationRegistry<Handle>((handle) => native().release(handle));

/** Leaves a tensor without a scope to the garbage collector. */
function entrust(tensor: Tensor, handle: Handle): void {
  backstop.register(tensor, handle, tensor);
  native().entrust(handle);
}

@oncePerProcess
export class Tensor implements Owned {
  #handle: Handle;
  #scope: Scope | null;

  /** Wraps a native handle; not for use outside this package. @internal */
  constructor(handle: Handle) {
    this.#handle = handle;
    this.#scope = currentScope();
    if (this.#scope !== null) this.#scope.add(this);
    else entrust(this, handle);
  }

  /** See isTensor. @internal */
  static is(this: void, value: unknown): value is Tensor {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  /** @internal */
  get handle(): Handle {
    if (this.#handle === DISPOSED) throw disposed();
    return this.#handle;
  }

  get shape(): Shape {
    return native().shape(this.handle);
  }
  get dtype(): DType {
    return native().dtype(this.handle);
  }
  get device(): Device {
    return native().device(this.handle);
  }
  /** Elements to step in memory for one step along each dimension. */
  get strides(): readonly number[] {
    return native().strides(this.handle);
  }
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of elements. */
  get numel(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }
  get isContiguous(): boolean {
    return native().isContiguous(this.handle);
  }
  /** Identifies the storage: tensors with equal keys share it. `offset` is in elements. */
  get storage(): { key: bigint; offset: number; bytes: number } {
    return native().storage(this.handle);
  }

  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  set requiresGrad(required: boolean) {
    native().setRequiresGrad(this.handle, required);
  }
  get isLeaf(): boolean {
    return native().isLeaf(this.handle);
  }
  /** The accumulated gradient; each read returns a new handle to the same memory. */
  get grad(): Tensor | null {
    const handle = native().gradient(this.handle);
    return handle === null ? null : new Tensor(handle);
  }
  set grad(gradient: Tensor | null) {
    if (gradient !== null && !(gradient instanceof Tensor)) throw notAGradient(gradient);
    native().setGradient(this.handle, gradient === null ? null : gradient.handle);
  }

  /** The only element: `bigint` for int64, `boolean` for bool, `number` otherwise; complex ones have none. */
  item(): Scalar {
    if (this.numel !== 1 || this.dtype.startsWith('complex')) throw notOneNumber(this);
    return native().item(this.handle);
  }

  /**
   * A copy of the elements in row-major order. int64 is BigInt64Array, bool Uint8Array of 0 and 1, half precisions
   * Float32Array, complex numbers pairs of real and imaginary part.
   */
  toTypedArray(): TypedArray {
    const facts = dtypes[this.dtype];
    const array = new facts.array(this.numel * facts.width);
    native().readBytes(this.handle, array, facts.readAs);
    return array;
  }

  /** A copy of the raw little-endian bytes in row-major order, for any dtype. */
  toBytes(): Uint8Array {
    const { dtype } = this;
    const bytes = new Uint8Array(this.numel * dtypes[dtype].size);
    native().readBytes(this.handle, bytes, dtype);
    return bytes;
  }

  /**
   * Nested arrays of the tensor's shape; a bare value for a tensor without dimensions. Complex numbers are pairs of real
   * and imaginary part.
   */
  toArray(): NestedArray {
    const { dtype, shape } = this;
    const data = this.toTypedArray();
    const pairs = dtypes[dtype].width === 2 ? [2] : [];
    return nest([...shape, ...pairs], (i) => (dtype === 'bool' ? data[i] === 1 : data[i]!));
  }

  /**
   * Overwrites the elements of a contiguous CPU tensor with those of an array of the same kind (as toTypedArray
   * returns) and size. Not for half precisions, which have no such array.
   */
  copyFrom(source: TypedArray): this {
    const held = dtypes[this.dtype].array;
    if (!(source instanceof held) || dtypes[this.dtype].readAs !== this.dtype)
      throw wrongSource(this, source);
    native().writeBytes(this.handle, source);
    return this;
  }

  /** Frees the memory now, unless another tensor shares it. Using the tensor afterwards throws. */
  dispose(): void {
    if (this.#handle === DISPOSED) return;
    native().release(this.#handle);
    this.#handle = DISPOSED;
    if (this.#scope !== null) this.#scope.delete(this);
    else backstop.unregister(this);
  }
  /** Moves it to another scope, or to the garbage collector (null). @internal */
  transfer(to: Scope | null): void {
    if (this.#scope === to || this.#handle === DISPOSED) return;
    if (this.#scope !== null) this.#scope.delete(this);
    else backstop.unregister(this);
    this.#scope = to;
    if (to !== null) to.add(this);
    else entrust(this, this.#handle);
  }
  get isDisposed(): boolean {
    return this.#handle === DISPOSED;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** As PyTorch prints it. */
  toString(): string {
    return this.isDisposed ? 'tensor(<disposed>)' : formatTensor(this);
  }
  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * `value instanceof Tensor`, but faster; used for every argument of every operator. The decorator's code sets the name of
 * the class with defineProperty, after which V8 keeps the properties of the class in a dictionary and does not inline
 * `instanceof`.
 */
export const isTensor = Tensor.is;

function nest(shape: Shape, at: (index: number) => Scalar): NestedArray {
  let index = 0;
  const level = (dimension: number): NestedArray => {
    if (dimension === shape.length) return at(index++);
    return Array.from({ length: shape[dimension]! }, () => level(dimension + 1));
  };
  return level(0);
}

/** Bytes of the distinct storages of all live tensors, and their number; tests use them to find leaks. */
export function memoryStats(): { liveTensors: number; liveBytes: number } {
  return native().statistics();
}

function disposed(): KinoraError {
  return kinoraError(
    'torch/disposed',
    undefined,
    'a tensor that has not been disposed',
    'one that has been disposed',
    {
      hint: 'return it from its scope(), or keep() it, to use it later',
    },
  );
}

const notAGradient = (received: unknown): KinoraError =>
  kinoraError('torch/gradient', 'grad', {
    expected: 'a tensor or null',
    received: received === undefined ? 'undefined' : `a ${typeof received}`,
  });

function wrongSource({ dtype }: Tensor, source: TypedArray): KinoraError {
  return kinoraError('torch/copy-from', 'copyFrom()', {
    expected:
      dtypes[dtype].readAs === dtype ? `a ${dtypes[dtype].array.name} for ${dtype}` : `no ${dtype} tensor`,
    received: source?.constructor?.name ?? String(source),
  });
}

function notOneNumber(tensor: Tensor): KinoraError {
  return kinoraError('torch/item', 'item()', {
    expected: 'a tensor of one real element',
    received: `${tensor.dtype}[${tensor.shape.join(', ')}]`,
    hint: 'use toTypedArray() or toArray()',
  });
}
