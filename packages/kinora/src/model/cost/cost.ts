/**
 * What a network costs, layer by layer, from traced forward passes: parameters, multiply-accumulates, activation
 * memory. It is derived from the operators that the network calls, so it always matches the network. They are traced
 * without arithmetic, which takes milliseconds.
 */
import {
  noGrad,
  ops,
  scope,
  shapesOnly,
  type Trace,
  type TracedCall,
  type TracedTensor,
  trace,
} from '@kinora/torch';
import { zeroInputs } from '../input.js';
import type { Size3 } from '../layers.js';
import type { Network, NetworkEntry } from '../network.js';
import { StreamingNetwork } from '../streaming/causal-mobile.js';
import { type CheckpointCost, checkpointCost } from './checkpoint-cost.js';
import { savedBytes } from './saved-activations.js';

/** What one layer costs for one clip. */
export interface LayerCost {
  /** Dotted module path, `conv_layer1.0`. */
  readonly path: string;
  /** Class of the module, `Conv3d`. */
  readonly type: string;
  /** Shape of its output for one clip, without the batch dimension; if frames are the batch, they come first. */
  readonly output: readonly number[];
  /** Its own parameters, without those of modules inside it. */
  readonly parameters: number;
  /** Multiply-accumulates for one clip; convolutions, linear and recurrent layers and matrix products only. */
  readonly macs: number;
  /**
   * Bytes that training keeps from its forward to its backward pass for one clip, in float32, unless an earlier layer
   * keeps them.
   */
  readonly activationBytes: number;
}

/** What a network costs for one clip. */
export interface NetworkCost {
  readonly layers: readonly LayerCost[];
  readonly parameters: number;
  readonly macs: number;
  /** See saved-activations.ts for what is counted. */
  readonly activationBytes: number;
  /** The same if the network's segments are checkpointed; absent if it has none. */
  readonly checkpointed?: CheckpointCost;
  /** For networks that can process a video frame by frame: the cost of each further frame. */
  readonly frame?: { readonly macs: number; readonly stateBytes: number };
}

/** The cost of a registered network at the size it was designed for. */
export function entryCost({ build, input }: NetworkEntry, classes: number): NetworkCost {
  return shapesOnly(() => {
    const network = build(classes, input);
    try {
      return networkCost(network, input);
    } finally {
      network.dispose();
    }
  });
}

/**
 * Traces one clip `[1, 3, T, H, W]`, with flow if needed, in evaluation mode to count operations, and two clips in
 * training mode for the memory.
 */
export function networkCost(network: Network, size: Size3): NetworkCost {
  const wasTraining = network.training;
  try {
    const { calls } = traced(network.eval(), 1, size);
    const training = traced(network.train(), CLIPS, size);
    const weights = new Set(network.parameters().map((weight) => training.idOf(weight) ?? -1));
    const memory = savedBytes(training, weights);
    const checkpointed = checkpointCost(network, training, weights, CLIPS);
    const layers = layersOf(network, calls, [...memory]);
    return {
      layers,
      parameters: sum(network.parameters().map(({ numel }) => numel)),
      macs: sum(calls.map(macs)),
      activationBytes: sum([...memory.values()]) / CLIPS,
      ...(checkpointed && { checkpointed }),
      ...(network instanceof StreamingNetwork && { frame: frameCost(network.eval(), size) }),
    };
  } finally {
    network.train(wasTraining);
  }
}

/** Two, because batch norm cannot train on a batch of one if a map has shrunk to a point. */
const CLIPS = 2;

function traced(
  network: Network,
  clips: number,
  size: Size3,
): Pick<Trace<unknown>, 'calls' | 'idOf' | 'modules'> {
  return scope(() => {
    const device = network.parameters()[0]?.device ?? 'cpu';
    const { calls, idOf, modules } = noGrad(() =>
      shapesOnly(() => {
        const inputs = zeroInputs(network, size, { n: clips, device });
        return trace(() => network.call(...inputs));
      }),
    );
    return { calls, idOf, modules };
  });
}

/** The cost of one more frame, and the state of the stream between frames, in float32. */
function frameCost(network: StreamingNetwork, [, height, width]: Size3): NonNullable<NetworkCost['frame']> {
  return scope(() =>
    shapesOnly(() => {
      const frame = ops.zeros([1]).expand([1, 3, 1, height, width]);
      const { state } = network.step(frame, null);
      const { calls } = trace(() => network.step(frame, state));
      const remembered = state.layers.map(({ numel }) => numel);
      return { macs: sum(calls.map(macs)), stateBytes: 4 * sum(remembered) };
    }),
  );
}

function layersOf(
  network: Network,
  calls: readonly TracedCall[],
  memory: readonly (readonly [TracedCall, number])[],
): LayerCost[] {
  return [...network.namedModules()].flatMap(([path, module]) => {
    const own = calls.filter((call) => call.module === path);
    const output = own.at(-1)?.outputs[0] as TracedTensor | undefined;
    if (path === '' || output === undefined) return [];
    const parameters = [...module.namedParameters()].filter(([name]) => !name.includes('.'));
    const kept = memory.filter(([call]) => call.module === path).map(([, bytes]) => bytes);
    return {
      path,
      type: module.constructor.name,
      output: output.shape[0] === 1 ? output.shape.slice(1) : output.shape,
      parameters: sum(parameters.map(([, { numel }]) => numel)),
      macs: sum(own.map(macs)),
      activationBytes: sum(kept) / CLIPS,
    };
  });
}

/** Multiply-accumulates of one operator call: each output element of a convolution sums over one weight window. */
function macs(call: TracedCall): number {
  const output = call.outputs[0] as TracedTensor;
  const weight = call.inputs.get('weight') as TracedTensor | undefined;
  if (weight !== undefined && /^aten::(linear|conv[123]d)$/.test(call.operator))
    return product(output.shape) * product(weight.shape.slice(1));
  if (/^aten::(mm|bmm|matmul)$/.test(call.operator))
    return product(output.shape) * (call.inputs.get('self') as TracedTensor).shape.at(-1)!;
  if (/^aten::(lstm|gru)$/.test(call.operator)) return recurrentMacs(call);
  return 0;
}

/** Every time step multiplies by all matrices of all layers. */
function recurrentMacs({ inputs }: TracedCall): number {
  const [n, steps] = (inputs.get('input') as TracedTensor).shape as [number, number, number];
  const weights = inputs.get('params') as readonly TracedTensor[];
  return (
    n * steps * sum(weights.filter(({ shape }) => shape.length === 2).map(({ shape }) => product(shape)))
  );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);
