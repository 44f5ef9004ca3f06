/**
 * A trained network as ONNX: traced, translated, folded, and described in its metadata so that whoever runs it knows how
 * clips become its input and what its outputs mean.
 */

import { FLOW_FIELDS, type PreprocessSpec } from '@kinora/clip';
import { KinoraError, noGrad, ops, scope, type Tensor, trace } from '@kinora/torch';
import type { Network } from '../model/network.js';
import { BATCHES, mergeCalls, mergeModules, type TensorRef } from './batch.js';
import { foldBatchNorm } from './fold.js';
import { foldPadding } from './fold-padding.js';
import { Graph, type Node } from './graph.js';
import { type LayerMap, outputLayerMaps } from './layer-maps.js';
import type { OnnxHeader } from './onnx-file.js';
import { Translator } from './translate.js';

export interface OnnxModel {
  readonly network: Network;
  /** Registered name of the network. */
  readonly name: string;
  readonly spec: PreprocessSpec;
}

export interface OnnxOptions {
  /** Also gives out what every layer made, under the layer's path; batch norm is then left unfolded. */
  readonly explain?: boolean;
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
  { network, name, spec }: OnnxModel,
  version: string,
  { explain = false }: OnnxOptions = {},
): Translated {
  const { graph, layers } = scope(() => noGrad(() => buildGraph(network, clipShape(spec), explain)));
  const metadata = {
    kinora: version,
    network: name,
    labels: JSON.stringify(spec.labels),
    spec: JSON.stringify(spec),
    grouped_conv3d: String(graph.nodes.some(isGroupedConv3d)),
    ...(explain ? { layers: JSON.stringify(layers) } : {}),
  };
  return { graph, header: { name, version, metadata } };
}

/** `[3, T, H, W]` of one clip. */
function clipShape({ frames, clips, crop }: PreprocessSpec): number[] {
  if (clips > 0) return [3, frames * clips, crop.height, crop.width];
  throw new KinoraError({
    code: 'export/length',
    expected: 'clips of a fixed length (key clips above 0)',
    received: 'a network trained on whole videos (clips: -1)',
  });
}

/** What onnxruntime's WebGPU cannot run. */
function isGroupedConv3d({ op, attributes: { group, kernel_shape } }: Node): boolean {
  return (
    op === 'Conv' &&
    (group as { int: number }).int > 1 &&
    (kernel_shape as { ints: number[] }).ints.length === 3
  );
}

/** Names and shapes of what the network takes for one clip. */
function inputsOf({ flow }: Network, clip: readonly number[]): [name: string, shape: readonly number[]][] {
  const [, , height, width] = clip as [number, number, number, number];
  return [
    ['clips', clip],
    ...(flow ? [['flow', [2, FLOW_FIELDS, height, width]] as [string, number[]]] : []),
  ];
}

function buildGraph(
  network: Network,
  shape: readonly number[],
  explain: boolean,
): { graph: Graph; layers: LayerMap[] } {
  const runs = BATCHES.map((batch) => {
    const inputs = inputsOf(network, shape).map(([, size]) => ops.zeros([batch, ...size]));
    return { inputs, trace: trace(() => network.call(...(inputs as [Tensor, Tensor?]))) };
  }) as [Run, Run];
  const traces = [runs[0].trace, runs[1].trace] as const;
  const graph = new Graph();
  const translator = new Translator(graph, traces, network.stateDict());
  const refOf = (tensor: Tensor): TensorRef => ({
    tensor: traces[0].idOf(tensor)!,
    dtype: tensor.dtype,
    shape: [{ perClip: 1 }, ...tensor.shape.slice(1)],
  });
  for (const [i, [name]] of inputsOf(network, shape).entries())
    translator.input(name, refOf(runs[0].inputs[i]!));
  for (const call of mergeCalls(...traces)) translator.add(call);
  for (const name of ['logits', 'features'] as const) {
    const ref = refOf(runs[0].trace.result[name]);
    graph.output(name, translator.nameOf(ref), ref);
  }
  const layers = explain
    ? outputLayerMaps(graph, network, mergeModules(...traces), (ref) => translator.nameOf(ref))
    : [];
  graph.prune(); // what nothing reads must not keep the rest from being folded
  foldPadding(graph);
  if (!explain) foldBatchNorm(graph);
  graph.prune();
  return { graph, layers };
}

type Run = { inputs: Tensor[]; trace: ReturnType<typeof trace<ReturnType<Network['call']>>> };
