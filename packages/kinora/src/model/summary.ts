/**
 * What a network costs, layer by layer, from one traced forward pass: parameters, multiply-accumulates, activation
 * memory. Derived from the operators that really ran, so it cannot disagree with the network.
 */
import { type Device, noGrad, ops, scope, type TracedCall, type TracedTensor, trace } from '@kinora/torch';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

export interface LayerCost {
  /** Dotted module path, `conv_layer1.0`. */
  readonly path: string;
  /** Class of the module, `Conv3d`. */
  readonly type: string;
  /** Shape of its output for one clip, the batch dimension left out. */
  readonly output: readonly number[];
  readonly parameters: number;
  /** Multiply-accumulates for one clip; convolutions and linear layers only. */
  readonly macs: number;
  /** Bytes of its output for one clip, in float32, which training keeps for backward. */
  readonly activationBytes: number;
}

export interface NetworkCost {
  readonly layers: readonly LayerCost[];
  readonly parameters: number;
  readonly macs: number;
  readonly activationBytes: number;
}

/** Runs one clip of zeros `[1, 3, T, H, W]` through the network in evaluation mode and adds up. */
export function networkCost(
  network: Network,
  [frames, height, width]: Size3,
  device: Device = 'cpu',
): NetworkCost {
  const wasTraining = network.training;
  network.eval();
  try {
    const calls = scope(() =>
      noGrad(() => {
        const clip = ops.zeros([1, 3, frames, height, width], { device });
        return [...trace(() => network.call(clip)).calls];
      }),
    );
    return addUp(network, calls);
  } finally {
    network.train(wasTraining);
  }
}

function addUp(network: Network, calls: readonly TracedCall[]): NetworkCost {
  const layers: LayerCost[] = [];
  for (const [path, module] of network.namedModules()) {
    const own = calls.filter((call) => call.module === path);
    const output = own.at(-1)?.outputs[0] as TracedTensor | undefined;
    if (path === '' || output === undefined) continue;
    const parameters = sum([...module.namedParameters().values()].map((tensor) => tensor.numel));
    const shape = output.shape.slice(1);
    layers.push({
      path,
      type: module.constructor.name,
      output: shape,
      parameters,
      macs: sum(own.map(macs)),
      activationBytes: 4 * product(shape),
    });
  }
  const total = (key: 'parameters' | 'macs' | 'activationBytes') => sum(layers.map((layer) => layer[key]));
  return {
    layers,
    parameters: total('parameters'),
    macs: total('macs'),
    activationBytes: total('activationBytes'),
  };
}

/** Multiply-accumulates of one operator call: each output element of a convolution sums over one weight window. */
function macs(call: TracedCall): number {
  const output = call.outputs[0] as TracedTensor;
  const weight = call.inputs.get('weight') as TracedTensor | undefined;
  if (weight === undefined) return 0;
  if (call.operator === 'aten::linear' || /^aten::conv[123]d$/.test(call.operator)) {
    return product(output.shape) * product(weight.shape.slice(1));
  }
  return 0;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);
