/**
 * The weights in an exported model's file, by their names in the network. Fields as in onnx/onnx.proto3: ModelProto.graph is
 * 7, GraphProto.initializer 5; TensorProto.dims is 1, data_type 2, name 8, raw_data 9.
 */
import { fields } from './protobuf.js';
import type { LayerMaps } from './types.js';

const GRAPH = 7;
const INITIALIZER = 5;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const FLOAT32 = 1;

/**
 * The float32 weights and statistics of an ONNX file that `readModelInfo` takes. Without `--explain` batch norms are folded
 * into the layers before them, whose weights are then called `<name>.folded`.
 */
export function readModelWeights(file: Uint8Array): Map<string, LayerMaps> {
  const weights = new Map<string, LayerMaps>();
  for (const graph of messages(file, GRAPH))
    for (const initializer of messages(graph, INITIALIZER)) {
      const { name, type, shape, data } = readTensor(initializer);
      if (type === FLOAT32) weights.set(name, { shape, data: new Float32Array(data.slice().buffer) });
    }
  return weights;
}

function* messages(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { number, bytes } of fields(message)) if (number === wanted && bytes !== undefined) yield bytes;
}

interface RawTensor {
  name: string;
  type: number;
  shape: number[];
  data: Uint8Array;
}

function readTensor(message: Uint8Array): RawTensor {
  const tensor: RawTensor = { name: '', type: 0, shape: [], data: new Uint8Array() };
  for (const { number, value, bytes } of fields(message)) {
    if (number === TENSOR.dims && value !== undefined) tensor.shape.push(value);
    else if (number === TENSOR.dataType) tensor.type = value ?? 0;
    else if (number === TENSOR.name) tensor.name = new TextDecoder().decode(bytes);
    else if (number === TENSOR.rawData && bytes !== undefined) tensor.data = bytes;
  }
  return tensor;
}
