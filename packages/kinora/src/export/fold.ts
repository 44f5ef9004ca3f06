/** Batch normalisation folded into the convolution or linear layer that feeds it, in the graph; `nn.foldNorms` does it in networks. */
import { nn } from '@kinora/torch';
import { type Constant, floats, floatsOf, type Graph, type Node } from './graph.js';

const FOLDABLE = new Set(['Conv', 'Gemm']);

/** Folds wherever a batch norm is the only reader of a layer with constant weights. */
export function foldBatchNorm(graph: Graph): void {
  for (const norm of graph.nodes.filter(({ op }) => op === 'BatchNormalization')) {
    const layer = graph.nodes.find(({ outputs }) => outputs[0] === norm.inputs[0]);
    if (layer === undefined || !FOLDABLE.has(layer.op) || !isOnlyReader(graph, norm)) continue;
    if (!fold(graph, layer, norm)) continue;
    graph.nodes.splice(graph.nodes.indexOf(norm), 1);
    layer.outputs = [norm.outputs[0]!];
  }
}

function isOnlyReader({ nodes, outputs }: Graph, norm: Node): boolean {
  const value = norm.inputs[0]!;
  const readers = nodes.flatMap(({ inputs }) => inputs).filter((name) => name === value);
  return readers.length === 1 && !outputs.some(({ name }) => name === value);
}

function fold(graph: Graph, layer: Node, norm: Node): boolean {
  const constantOf = (name: string | undefined): Constant | undefined => graph.constants.get(name ?? '');
  const [weight, bias] = [constantOf(layer.inputs[1]), constantOf(layer.inputs[2])];
  const statistics = norm.inputs.slice(1).map(constantOf);
  if (weight === undefined || statistics.includes(undefined)) return false;
  if (layer.inputs[2] !== undefined && bias === undefined) return false;
  const [gamma, beta, mean, variance] = (statistics as Constant[]).map(floatsOf) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const { epsilon } = norm.attributes as { epsilon: { float: number } };
  const old = bias === undefined ? undefined : floatsOf(bias);
  const { gain, shift } = nn.normAffine({ gamma, beta, mean, variance }, epsilon.float, old);
  layer.inputs = [
    layer.inputs[0]!,
    graph.constant(`${layer.inputs[1]}.folded`, scaleRows(weight, gain)),
    graph.constant(`${layer.inputs[2] ?? layer.module}.folded`, floats(shift)),
  ];
  return true;
}

/** Rows are output channels, in a convolution's weight and in a linear layer's. */
function scaleRows(weight: Constant, gain: Float64Array): Constant {
  const values = floatsOf(weight);
  const row = values.length / gain.length;
  return floats(
    values.map((value, i) => value * gain[Math.floor(i / row)]!),
    weight.shape,
  );
}
