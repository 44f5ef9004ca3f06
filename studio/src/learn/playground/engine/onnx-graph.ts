/**
 * An ONNX graph made in the page, and its bytes: nodes in order, float32 and int64 constants, inputs and outputs. Field
 * numbers are those of onnx/onnx.proto3 (IR version 8, opset 17); the wire format is Protocol Buffers'.
 */

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;
export type ElementType = 'float32' | 'int32';

/** TensorProto.DataType */
const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;
const DOUBLE = 11;
/** AttributeProto.AttributeType */
const ATTRIBUTE = { int: 2, text: 3, ints: 7 } as const;

export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  #count = 0;

  /** @param shape a text is a size that the graph leaves open */
  input(name: string, shape: readonly (number | string)[], type: ElementType = 'float32'): string {
    this.#inputs.push(message(11, port(name, shape, type)));
    return name;
  }

  /** Gives out a value under this name. */
  output(name: string, value: string, shape: readonly (number | string)[]): void {
    this.#nodes.push(message(1, nodeOf('Identity', [value], [name], {}, name)));
    this.#outputs.push(message(12, port(name, shape, 'float32')));
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `${op}.${this.#count++}`;
    this.#nodes.push(message(1, nodeOf(op, inputs, [name], attributes, name)));
    return name;
  }

  /** A float32 scalar. */
  float(value: number): string {
    return this.#constant(FLOAT, [], new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A float64 scalar. */
  double(value: number): string {
    return this.#constant(DOUBLE, [], new Uint8Array(Float64Array.of(value).buffer));
  }

  /** int64 `[values]`: axes, shapes. */
  int64s(...values: number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant(INT64, [values.length], bytes);
  }

  castTo(type: 'float32' | 'float64', value: string): string {
    return this.node('Cast', [value], { to: type === 'float32' ? FLOAT : DOUBLE });
  }

  /** ModelProto */
  bytes(name: string): Uint8Array<ArrayBuffer> {
    return join([
      int(1, 8),
      text(2, 'kinora'),
      message(8, join([text(1, ''), int(2, 17)])),
      message(
        7,
        join([...this.#nodes, text(2, name), ...this.#constants, ...this.#inputs, ...this.#outputs]),
      ),
    ]);
  }

  #constant(type: number, shape: readonly number[], data: Uint8Array): string {
    const name = `constant.${this.#count++}`;
    const tensor = join([...shape.map((size) => int(1, size)), int(2, type), text(8, name), field(9, data)]);
    this.#constants.push(message(5, tensor));
    return name;
  }
}

function nodeOf(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes,
  name: string,
): Uint8Array {
  return join([
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, op),
    ...Object.entries(attributes).map(([key, value]) => message(5, attribute(key, value))),
  ]);
}

function attribute(name: string, value: Attributes[string]): Uint8Array {
  if (typeof value === 'number') return join([text(1, name), int(3, value), int(20, ATTRIBUTE.int)]);
  if (typeof value === 'string') return join([text(1, name), text(4, value), int(20, ATTRIBUTE.text)]);
  return join([text(1, name), ...value.map((item) => int(8, item)), int(20, ATTRIBUTE.ints)]);
}

function port(name: string, shape: readonly (number | string)[], type: ElementType): Uint8Array {
  const sizes = shape.map((size) => message(1, typeof size === 'string' ? text(2, size) : int(1, size)));
  const tensor = join([int(1, type === 'float32' ? FLOAT : INT32), message(2, join(sizes))]);
  return join([text(1, name), message(2, message(1, tensor))]);
}

const VARINT = 0;
const BYTES = 2;
const encoder = new TextEncoder();

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

const int = (number: number, value: number): Uint8Array =>
  Uint8Array.from([...varint((number << 3) | VARINT), ...varint(value)]);
const field = (number: number, data: Uint8Array): Uint8Array =>
  join([Uint8Array.from([...varint((number << 3) | BYTES), ...varint(data.length)]), data]);
const text = (number: number, value: string): Uint8Array => field(number, encoder.encode(value));
const message = field;

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
