/**
 * A graph as the bytes of an ONNX file. Field numbers and enumerations are those of onnx/onnx.proto3 (IR version 8);
 * the wire format stands in `protobuf.ts`.
 */
import { type DType, kinoraError } from '@kinora/torch';
import { bytes, float, int64, message, text } from '../files/protobuf.js';
import { isPerClip, type Size } from './batch.js';
import type { Attribute, Constant, Graph, Node, Port } from './graph.js';

const IR_VERSION = 8;
export const OPSET = 17;

/** TensorProto.DataType */
const DATA_TYPE: Partial<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};

/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, ints: 7 } as const;

export interface OnnxHeader {
  /** Of the graph. */
  readonly name: string;
  /** Version of this library. */
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** ModelProto */
export function encodeModel(graph: Graph, { name, version, metadata }: OnnxHeader): Uint8Array {
  const properties = Object.entries(metadata).map(([key, value]) =>
    message(14, text(1, key), text(2, value)),
  );
  return Buffer.concat([
    int64(1, IR_VERSION),
    text(2, 'kinora'),
    text(3, version),
    message(8, text(1, ''), int64(2, OPSET)),
    ...properties,
    message(7, ...encodeGraph(graph, name)),
  ]);
}

/** The number of a dtype in ONNX. Throws `export/dtype` for those it has none for. */
export function dataType(dtype: DType): number {
  const number = DATA_TYPE[dtype];
  if (number !== undefined) return number;
  throw kinoraError('export/dtype', undefined, 'real or whole numbers', dtype);
}

function encodeGraph({ nodes, constants, inputs, outputs }: Graph, name: string): Uint8Array[] {
  return [
    ...nodes.map((node, i) => message(1, ...encodeNode(node, i))),
    text(2, name),
    ...Array.from(constants, ([key, constant]) => message(5, ...encodeTensor(key, constant))),
    ...inputs.map((port) => message(11, ...encodePort(port))),
    ...outputs.map((port) => message(12, ...encodePort(port))),
  ];
}

function encodeNode({ op, inputs, outputs, attributes, module }: Node, index: number): Uint8Array[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, `${module === '' ? '' : `${module}/`}${op}#${index}`),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, ...encodeAttribute(name, value))),
  ];
}

function encodeAttribute(name: string, value: Attribute): Uint8Array[] {
  if ('int' in value) return [text(1, name), int64(3, value.int), int64(20, ATTRIBUTE_TYPE.int)];
  if ('float' in value) return [text(1, name), float(2, value.float), int64(20, ATTRIBUTE_TYPE.float)];
  if ('text' in value) return [text(1, name), text(4, value.text), int64(20, ATTRIBUTE_TYPE.text)];
  return [text(1, name), ...value.ints.map((item) => int64(8, item)), int64(20, ATTRIBUTE_TYPE.ints)];
}

const encodeTensor = (name: string, { dtype, shape, bytes: data }: Constant): Uint8Array[] => [
  ...shape.map((size) => int64(1, size)),
  int64(2, dataType(dtype)),
  text(8, name),
  bytes(9, data),
];

function encodePort({ name, dtype, shape }: Port): Uint8Array[] {
  const dims = shape.map((size) => message(1, dimension(size)));
  return [text(1, name), message(2, message(1, int64(1, dataType(dtype)), message(2, ...dims)))];
}

/** What scales with the batch is named: `N`, `16N`. */
const dimension = (size: Size | string): Uint8Array =>
  typeof size === 'string'
    ? text(2, size)
    : isPerClip(size)
      ? text(2, size.perClip === 1 ? 'N' : `${size.perClip}N`)
      : int64(1, size);
