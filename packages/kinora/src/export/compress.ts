/**
 * Smaller ONNX files: large weights stored as float16 or int8. The graph converts them back to float32 when it starts, so that
 * every onnxruntime runs it and all arithmetic stays float32; only the weights are rounded.
 */
import type { Constant, Graph, Node } from './graph.js';
import { floats, floatsOf } from './graph.js';

export const WEIGHT_TYPES = ['float32', 'float16', 'int8'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

/** Elements below which a constant stays as it is: the first convolution, biases and the classifier. */
const SMALLEST = 4096;

/** Replaces the large float32 constants of a graph, in place. int8 has one scale per output channel (axis 0), symmetric. */
export function compressWeights(graph: Graph, type: WeightType): void {
  if (type === 'float32') return;
  for (const [name, constant] of [...graph.constants]) {
    const size = constant.shape.reduce((a, b) => a * b, 1);
    if (constant.dtype !== 'float32' || size < SMALLEST || constant.shape.length < 2) continue;
    graph.constants.delete(name);
    graph.nodes.unshift(
      type === 'float16' ? halved(graph, name, constant) : quantized(graph, name, constant),
    );
  }
}

/** TensorProto.DataType of float32. */
const FLOAT32 = 1;

function halved(graph: Graph, name: string, constant: Constant): Node {
  const bits = Uint16Array.from(floatsOf(constant), halfBits);
  const stored = { dtype: 'float16', shape: constant.shape, bytes: new Uint8Array(bits.buffer) } as const;
  const inputs = [graph.constant(`${name}.float16`, stored)];
  return { op: 'Cast', inputs, outputs: [name], attributes: { to: { int: FLOAT32 } }, module: '' };
}

function quantized(graph: Graph, name: string, constant: Constant): Node {
  const values = floatsOf(constant);
  const channels = constant.shape[0]!;
  const size = values.length / channels;
  const codes = new Int8Array(values.length);
  const scales = Array.from({ length: channels }, (_, c) => {
    const row = values.subarray(c * size, (c + 1) * size);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest === 0 ? 1 : Math.fround(largest / 127);
    for (const [i, value] of row.entries()) codes[c * size + i] = Math.round(value / scale);
    return scale;
  });
  const stored = { dtype: 'int8', shape: constant.shape, bytes: new Uint8Array(codes.buffer) } as const;
  const inputs = [graph.constant(`${name}.int8`, stored), graph.constant(`${name}.scale`, floats(scales))];
  return { op: 'DequantizeLinear', inputs, outputs: [name], attributes: { axis: { int: 0 } }, module: '' };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** A number as IEEE 754 binary16, to the nearest, ties to even; too large a one is infinite. */
export function halfBits(value: number): number {
  float[0] = value;
  const from = bits[0]!;
  const sign = (from >>> 16) & 0x8000;
  const magnitude = from & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: a whole number of 2^-24. Adding 0.5, whose last bit is worth as much, rounds to it.
    float[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}
