/**
 * An ONNX graph in memory: nodes in order, constants, inputs and outputs. It knows names and nothing of operators; how
 * it becomes a file stands in `onnx-file.ts`.
 */
import type { DType } from '@kinora/torch';
import { isPerClip, type Size } from './batch.js';

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

export interface Node {
  /** `Conv` */
  readonly op: string;
  /** Names of values; '' for an optional input that is left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
  /** Path of the module that it comes from. */
  readonly module: string;
}

export interface Constant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

export interface Port {
  readonly name: string;
  readonly dtype: DType;
  /** A text is a size of that name, which the graph leaves open. */
  readonly shape: readonly (Size | string)[];
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly #taken = new Set<string>();
  #batch: string | undefined;

  /** A name that no other value has: `wanted`, or `wanted.1` and so on. */
  name(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}.${i}`;
    this.#taken.add(name);
    return name;
  }

  constant(wanted: string, constant: Constant): string {
    const name = this.name(wanted);
    this.constants.set(name, constant);
    return name;
  }

  /** Adds a node and returns the names of its outputs. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Node['attributes'],
    module: string,
    outputs = 1,
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.name(module === '' ? op : `${module}/${op}`));
    this.nodes.push({ op, inputs, outputs: names, attributes, module });
    return names;
  }

  /** int64 `[sizes]`: a constant, or computed from the batch that arrives. */
  sizes(sizes: readonly Size[], module: string): string {
    if (!sizes.some(isPerClip)) return this.constant('sizes', int64s(sizes as number[]));
    const parts = sizes.map((size) =>
      isPerClip(size) ? this.#times(size.perClip, module) : this.constant('size', int64s([size])),
    );
    return parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: { int: 0 } }, module)[0]!;
  }

  /** Gives a value out under a name of its own, and returns that name: `wanted` unless it is taken. */
  output(wanted: string, value: string, { dtype, shape }: Omit<Port, 'name'>): string {
    const name = this.name(wanted);
    this.nodes.push({ op: 'Identity', inputs: [value], outputs: [name], attributes: {}, module: '' });
    this.outputs.push({ name, dtype, shape });
    return name;
  }

  /** Drops nodes and constants that no output needs. */
  prune(): void {
    const needed = new Set(this.outputs.map(({ name }) => name));
    for (const node of [...this.nodes].reverse()) {
      if (node.outputs.some((name) => needed.has(name))) for (const name of node.inputs) needed.add(name);
      else this.nodes.splice(this.nodes.indexOf(node), 1);
    }
    for (const name of [...this.constants.keys()]) if (!needed.has(name)) this.constants.delete(name);
  }

  #times(perClip: number, module: string): string {
    this.#batch ??= this.node(
      'Shape',
      [this.inputs[0]!.name],
      { start: { int: 0 }, end: { int: 1 } },
      '',
    )[0]!;
    if (perClip === 1) return this.#batch;
    return this.node('Mul', [this.#batch, this.constant('size', int64s([perClip]))], {}, module)[0]!;
  }
}

/** A one-dimensional int64 constant. */
export function int64s(values: readonly (number | bigint)[]): Constant {
  return { dtype: 'int64', shape: [values.length], bytes: bytesOf(BigInt64Array.from(values, BigInt)) };
}

/** A float32 constant, `[values]` unless a shape is given. */
export function floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Constant {
  return { dtype: 'float32', shape, bytes: bytesOf(Float32Array.from(values)) };
}

/** The elements of a float32 constant, as doubles to calculate with. */
export function floatsOf({ bytes }: Constant): Float64Array {
  return Float64Array.from(new Float32Array(Uint8Array.from(bytes).buffer));
}

const bytesOf = (array: Float32Array | BigInt64Array): Uint8Array => new Uint8Array(array.buffer);
