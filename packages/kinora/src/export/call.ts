/**
 * One operator call on its way into the graph: its arguments by name and kind, and nodes to express it with. What each
 * operator becomes stands in `operators/`.
 */
import { type DType, dtypes, kinoraError } from '@kinora/torch';
import {
  type BatchCall,
  isPerClip,
  isTensor,
  type Size,
  type TensorRef,
  tensorsIn,
  type Value,
} from './batch.js';
import { type Attribute, type Constant, floatsOf, type Graph, int64s } from './graph.js';
import { dataType } from './onnx-file.js';

/** What an operator becomes: the names of its results, in order; results that nobody may use are left out. */
export type Operator = (call: Call) => string | string[];

export class Call {
  readonly #call: BatchCall;
  readonly #graph: Graph;
  readonly #nameOf: (tensor: TensorRef) => string;

  /** `nameOf` gives the name of a tensor's value in the graph. */
  constructor(call: BatchCall, graph: Graph, nameOf: (tensor: TensorRef) => string) {
    this.#call = call;
    this.#graph = graph;
    this.#nameOf = nameOf;
  }

  get operator(): string {
    return this.#call.operator;
  }

  /** Path of the module that the operator ran in. */
  get module(): string {
    return this.#call.module;
  }

  /** The arguments that are tensors or lists of them, by name. */
  get tensorArguments(): Map<string, readonly TensorRef[]> {
    const tensors = [...this.#call.inputs].map(([name, value]) => [name, tensorsIn([value])] as const);
    return new Map(tensors.filter(([, found]) => found.length > 0));
  }

  /** An argument as it was traced; null where it was left out. */
  value(name: string): Value {
    return this.#call.inputs.get(name) ?? null;
  }

  /** Whether the operator has an argument of this name (overloads differ). */
  has(name: string): boolean {
    return this.#call.inputs.has(name);
  }

  /** The result, or one of several. */
  result(index = 0): TensorRef {
    return this.#call.outputs[index] as TensorRef;
  }

  /** The results of an operator that returns a list. */
  resultList(): readonly TensorRef[] {
    return this.#call.outputs[0] as unknown as readonly TensorRef[];
  }

  tensor(name: string): TensorRef {
    const value = this.value(name);
    return isTensor(value) ? value : this.fail(`a tensor as ${name}`, String(value));
  }

  /** Name of a tensor's value in the graph. */
  nameOf(tensor: TensorRef): string {
    return this.#nameOf(tensor);
  }

  /** Name of a tensor argument's value. */
  input(name: string): string {
    return this.#nameOf(this.tensor(name));
  }

  /** The same; '' where the argument was left out. */
  optional(name: string): string {
    return this.value(name) === null ? '' : this.input(name);
  }

  /** Names of a list of tensors. */
  inputs(name: string): string[] {
    return (this.value(name) as readonly TensorRef[]).map(this.#nameOf);
  }

  /** A tensor, or a number as a constant of the result's dtype. */
  operand(name: string): string {
    const value = this.value(name);
    if (isTensor(value)) return this.cast(this.#nameOf(value), value.dtype, this.result().dtype);
    return this.scalar(this.number(name));
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      return Number(value);
    return this.fail(`a constant number as ${name}`, text(value));
  }

  /** Numbers that do not depend on the batch. */
  numbers(name: string): number[] {
    const values = this.sizes(name);
    return values.some(isPerClip) ? this.fail(`constant ${name}`, text(values)) : (values as number[]);
  }

  /** Numbers that may scale with the batch. */
  sizes(name: string): readonly Size[] {
    const value = this.value(name);
    return Array.isArray(value) ? (value as Size[]) : [value as Size];
  }

  /** A dimension of `rank`, counted from the front. */
  axis(name: string, rank: number): number {
    return fromFront(this.number(name), rank);
  }

  flag(name: string): boolean {
    return this.value(name) === true;
  }

  /** Adds a node with one output. */
  node(op: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0]!;
  }

  nodes(op: string, inputs: string[], attributes: Record<string, Attribute>, outputs: number): string[] {
    return this.#graph.node(op, inputs, attributes, this.#call.module, outputs);
  }

  /** int64 `[values]` */
  int64s(values: readonly (number | bigint)[]): string {
    return this.constant(int64s(values));
  }

  constant(constant: Constant): string {
    return this.#graph.constant(`${this.#call.module}/constant`, constant);
  }

  /** A number without dimensions, of the result's dtype. */
  scalar(value: number, dtype: DType = this.result().dtype): string {
    if (dtype === 'int64') return this.constant({ ...int64s([Math.trunc(value)]), shape: [] });
    const array = new dtypes[dtype].array([value] as never);
    return this.constant({ dtype, shape: [], bytes: new Uint8Array(array.buffer) });
  }

  /** int64 `[sizes]`, computed from the batch where it has to be. */
  shape(sizes: readonly Size[]): string {
    return this.#graph.sizes(sizes, this.#call.module);
  }

  /** The tensor in this shape; at most one size scales with the batch, since the batch is a factor of the elements once. */
  reshape(input: string, shape: readonly Size[]): string {
    return this.node('Reshape', [input, this.int64s(shape.map((size) => (isPerClip(size) ? -1 : size)))]);
  }

  cast(input: string, from: DType, to: DType): string {
    return from === to ? input : this.node('Cast', [input], { to: { int: dataType(to) } });
  }

  /** The elements of a float32 argument that is a constant, for operators whose weights ONNX orders otherwise. */
  weights(tensor: TensorRef): Float64Array {
    const constant = this.#graph.constants.get(this.#nameOf(tensor));
    if (constant?.dtype !== 'float32') return this.fail('weights that are constant float32', 'others');
    return floatsOf(constant);
  }

  fail(expected: string, received: string): never {
    const { module, operator } = this.#call;
    const where = module === '' ? operator : `${module}, ${operator}`;
    throw kinoraError('export/operator', where, expected, received);
  }
}

export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const text = (value: Value): string => {
  if (isPerClip(value))
    return value.perClip === 1 ? 'the batch size' : `${value.perClip} times the batch size`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  return isTensor(value) ? 'a tensor' : String(value);
};
