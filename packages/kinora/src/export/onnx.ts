/**
 * A trained network as ONNX: traced, translated, folded, and described in its metadata so that whoever runs it knows how
 * clips become its input and what its outputs mean.
 */

import { type PostprocessSpec, type PreprocessSpec, postprocessDefaults } from '@kinora/clip';
import { noGrad, scope } from '@kinora/torch';
import type { Network } from '../model/network.js';
import { postprocessMetadata } from '../run/postprocess.js';
import { foldBatchNorm } from './fold.js';
import { foldPadding } from './fold-padding.js';
import { traceForward } from './forward.js';
import { Graph, type Node } from './graph.js';
import { type LayerMap, outputLayerMaps } from './layer-maps.js';
import type { OnnxHeader } from './onnx-file.js';
import { Translator } from './translate.js';

export interface OnnxModel {
  readonly network: Network;
  /** Registered name of the network. */
  readonly name: string;
  readonly spec: PreprocessSpec;
  /** Temperature and live settings that travel with it. Default: none. */
  readonly postprocess?: PostprocessSpec;
}

export interface OnnxOptions {
  /** Also gives out what every layer made, under the layer's path; batch norm is then left unfolded. */
  readonly explain?: boolean;
  /**
   * Folds batch norms into the layers before them. Without it every weight is a constant under its name in the weights
   * file, so that a program can replace it. Default: unless `explain`.
   */
  readonly foldNorms?: boolean;
}

/** An ONNX model before it becomes bytes. */
export interface Translated {
  readonly graph: Graph;
  readonly header: OnnxHeader;
}

/**
 * The network as an ONNX graph (opset 17). Input `clips`, float32 `[N, 3, T, H, W]` normalised by the spec, and for
 * networks that want optical flow `flow`, float32 `[N, 2, FLOW_FIELDS, H, W]` in pixels a frame; outputs `logits`
 * `[N, classes]` and `features` `[N, F]`. Throws `export/*` naming module and operator where the network has no
 * ONNX form.
 * @param version of this library, for the metadata
 */
export function toOnnx(
  model: OnnxModel,
  version: string,
  { explain = false, foldNorms = !explain }: OnnxOptions = {},
): Translated {
  const { graph, layers } = scope(() => noGrad(() => buildGraph(model, explain, foldNorms)));
  return withHeader(graph, model, version, explain ? { layers: JSON.stringify(layers) } : {});
}

/** The graph of a model with what every exported file says of its model, and what this one says besides. */
export function withHeader(
  graph: Graph,
  { name, spec, postprocess = postprocessDefaults }: OnnxModel,
  version: string,
  further: Readonly<Record<string, string>>,
): Translated {
  const metadata = {
    kinora: version,
    network: name,
    labels: JSON.stringify(spec.labels),
    spec: JSON.stringify(spec),
    ...postprocessMetadata(postprocess),
    grouped_conv3d: String(graph.nodes.some(isGroupedConv3d)),
    ...further,
  };
  return { graph, header: { name, version, metadata } };
}

/** What onnxruntime's WebGPU cannot run. */
function isGroupedConv3d({ op, attributes: { group, kernel_shape } }: Node): boolean {
  return (
    op === 'Conv' &&
    (group as { int: number }).int > 1 &&
    (kernel_shape as { ints: number[] }).ints.length === 3
  );
}

function buildGraph(
  { network, spec }: OnnxModel,
  explain: boolean,
  foldNorms: boolean,
): { graph: Graph; layers: LayerMap[] } {
  const forward = traceForward(network, spec);
  const graph = new Graph();
  const translator = new Translator(graph, forward.traces, network.stateDict());
  for (const [name, ref] of forward.inputs) translator.input(name, ref);
  for (const call of forward.calls) translator.add(call);
  for (const name of ['logits', 'features'] as const) {
    const ref = forward.result(forward.output[name]);
    graph.output(name, translator.nameOf(ref), ref);
  }
  const layers = explain
    ? outputLayerMaps(graph, network, forward.modules, (ref) => translator.nameOf(ref))
    : [];
  graph.prune(); // what nothing reads must not keep the rest from being folded
  foldPadding(graph);
  if (foldNorms) foldBatchNorm(graph);
  graph.prune();
  return { graph, layers };
}
