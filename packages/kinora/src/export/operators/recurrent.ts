/**
 * LSTM and GRU over whole sequences. ONNX has one node a layer, other orders of the gates, and both biases in one
 * tensor, so weights are written anew.
 */
import type { TensorRef } from '../batch.js';
import type { Call, Operator } from '../call.js';
import { floats } from '../graph.js';

interface Kind {
  readonly op: 'LSTM' | 'GRU';
  /** For each of ONNX's gates, libtorch's place of it. */
  readonly gates: readonly number[];
  /** Hidden state, and the LSTM's cell. */
  readonly states: number;
}

/** ONNX: input, output, forget, cell; libtorch: input, forget, cell, output. */
const LSTM: Kind = { op: 'LSTM', gates: [0, 3, 1, 2], states: 2 };
/** ONNX: update, reset, new; libtorch: reset, update, new. */
const GRU: Kind = { op: 'GRU', gates: [1, 0, 2], states: 1 };

const recurrent =
  (kind: Kind): Operator =>
  (call) => {
    if (call.flag('train'))
      call.fail('layers that onnx-train can differentiate', `${call.operator} in training`);
    const directions = call.flag('bidirectional') ? 2 : 1;
    const swap = (name: string): string =>
      call.flag('batch_first') ? call.node('Transpose', [name], { perm: { ints: [1, 0, 2] } }) : name;
    let sequence = swap(call.input('input'));
    const states: string[][] = [];
    for (let layer = 0; layer < call.number('num_layers'); layer++) {
      const [output, ...ends] = oneLayer(call, kind, sequence, layer, directions);
      sequence = joinDirections(call, output!, directions);
      states.push(ends);
    }
    const last = Array.from({ length: kind.states }, (_, i) => {
      const layers = states.map((ends) => ends[i]!);
      return layers.length === 1 ? layers[0]! : call.node('Concat', layers, { axis: { int: 0 } });
    });
    return [swap(sequence), ...last];
  };

/** `[L, N, in]` to Y `[L, directions, N, hidden]` and the last states `[directions, N, hidden]`. */
function oneLayer(call: Call, kind: Kind, sequence: string, layer: number, directions: number): string[] {
  const perDirection = call.flag('has_biases') ? 4 : 2;
  const all = call.value('params') as readonly TensorRef[];
  const first = layer * directions * perDirection;
  const own = Array.from({ length: directions }, (_, d) =>
    all.slice(first + d * perDirection, first + (d + 1) * perDirection),
  );
  const hidden = own[0]![1]!.shape[1] as number;
  const start = startStates(call, kind, layer, directions);
  const attributes = {
    hidden_size: { int: hidden },
    direction: { text: directions === 2 ? 'bidirectional' : 'forward' },
    ...(kind.op === 'GRU' ? { linear_before_reset: { int: 1 } } : {}),
  };
  const inputs = [
    sequence,
    joined(call, kind, own, [0], hidden),
    joined(call, kind, own, [1], hidden),
    perDirection === 4 ? joined(call, kind, own, [2, 3], hidden) : '',
    '',
    ...start,
  ];
  return call.nodes(kind.op, inputs, attributes, 1 + kind.states);
}

/** The states of this layer, `[directions, N, hidden]` each. */
function startStates(call: Call, kind: Kind, layer: number, directions: number): string[] {
  const states = kind.op === 'LSTM' ? call.inputs('hx') : [call.input('hx')];
  if (call.number('num_layers') === 1) return states;
  const bounds = [layer * directions, (layer + 1) * directions, 0].map((value) => call.int64s([value]));
  return states.map((state) => call.node('Slice', [state, ...bounds]));
}

/** Weights of all directions, with ONNX's order of gates: `[directions, gates * hidden, columns]`, or biases side by side. */
function joined(
  call: Call,
  { gates }: Kind,
  own: readonly (readonly TensorRef[])[],
  which: readonly number[],
  hidden: number,
): string {
  const columns = (own[0]![which[0]!]!.shape[1] as number | undefined) ?? 1;
  const block = hidden * columns;
  const values = own.flatMap((params) =>
    which.flatMap((i) => {
      const rows = call.weights(params[i]!);
      return gates.map((gate) => rows.subarray(gate * block, (gate + 1) * block));
    }),
  );
  const isBias = own[0]![which[0]!]!.shape.length === 1;
  const rows = gates.length * hidden * which.length;
  const shape = isBias ? [own.length, rows] : [own.length, rows, columns];
  return call.constant(floats(concatenate(values), shape));
}

function concatenate(parts: readonly Float64Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `[L, directions, N, hidden]` to `[L, N, directions * hidden]`. */
function joinDirections(call: Call, output: string, directions: number): string {
  if (directions === 1) return call.node('Squeeze', [output, call.int64s([1])]);
  const turned = call.node('Transpose', [output], { perm: { ints: [0, 2, 1, 3] } });
  // 0 keeps a size, -1 is what is left.
  return call.node('Reshape', [turned, call.int64s([0, 0, -1])]);
}

export const recurrents: Readonly<Record<string, Operator>> = {
  'aten::lstm': recurrent(LSTM),
  'aten::gru': recurrent(GRU),
};
