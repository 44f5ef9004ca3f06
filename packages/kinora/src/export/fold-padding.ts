/**
 * Zero padding folded into the convolution that reads it, which pads as well: one pass over the maps less. It is also what
 * onnxruntime's own optimiser would do, and it loses a node where the unpadded maps are an output too.
 */
import type { Constant, Graph, Node } from './graph.js';

type Ints = { readonly ints: readonly number[] };

/** Folds wherever a convolution is the only reader of a zero padding of space and time. */
export function foldPadding(graph: Graph): void {
  for (const pad of graph.nodes.filter(({ op }) => op === 'Pad')) {
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(pad.outputs[0]!));
    const [conv] = readers;
    const widths = zeroWidths(graph, pad);
    if (readers.length !== 1 || conv?.op !== 'Conv' || conv.inputs[0] !== pad.outputs[0] || !widths) continue;
    const { pads } = conv.attributes as { pads: Ints };
    conv.attributes = {
      ...conv.attributes,
      pads: { ints: pads.ints.map((width, i) => width + widths[i]!) },
    };
    conv.inputs = [pad.inputs[0]!, ...conv.inputs.slice(1)];
  }
}

/** Before each axis of space and time, then after each; undefined where it pads otherwise than with zeros around them. */
function zeroWidths({ constants }: Graph, { inputs, attributes }: Node): number[] | undefined {
  const [, pads, value] = inputs.map((name) => constants.get(name));
  const { mode } = attributes as { mode?: { readonly text: string } };
  if (pads === undefined || (mode?.text ?? 'constant') !== 'constant') return undefined;
  if (value?.bytes.some((byte) => byte !== 0)) return undefined;
  const widths = int64sOf(pads);
  const rank = widths.length / 2;
  const outside = [...widths.slice(0, 2), ...widths.slice(rank, rank + 2)];
  if (outside.some((width) => width !== 0) || widths.some((width) => width < 0)) return undefined;
  return [...widths.slice(2, rank), ...widths.slice(rank + 2)];
}

const int64sOf = ({ bytes }: Constant): number[] =>
  Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number);
