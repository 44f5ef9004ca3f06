/** The explain variant's further outputs: what every layer made, and which output holds it. */
import { nn } from '@kinora/torch';
import type { Network } from '../model/network.js';
import { isPerClip, type ModuleOutput, type TensorRef } from './batch.js';
import type { Graph } from './graph.js';

/** One layer, in the order in which the layers ran. */
export interface LayerMap {
  /** Dotted module path, `conv_layer1.0`. */
  readonly path: string;
  /** Class of the module, `Conv3d`. */
  readonly type: string;
  /** Name of the output that holds its map; layers that pass their input on (dropout) share one. */
  readonly output: string;
  /** Of one clip: `[C, T, H, W]`, or `[F]`; of one frame, `[C, H, W]`, where a 2D layer sees frames as a batch. */
  readonly shape: readonly number[];
  /** Where it slides a window: sizes along T, H, W. */
  readonly window?: Window;
}

export interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/**
 * Adds an output for each layer that made something new and describes all of them. A module that was called again has
 * one entry a call. The network itself is none of them.
 */
export function outputLayerMaps(
  graph: Graph,
  network: Network,
  modules: readonly ModuleOutput[],
  nameOf: (tensor: TensorRef) => string,
): LayerMap[] {
  const types = network.namedModules();
  const outputs = new Map<string, string>();
  return modules
    .filter(({ path, output }) => path !== '' && beginsWithBatch(output))
    .map(({ path, output }) => {
      const value = nameOf(output);
      const name = outputs.get(value) ?? graph.output(path, value, output);
      outputs.set(value, name);
      const module = types.get(path);
      const shape = output.shape.slice(1) as number[];
      return { path, type: module?.constructor.name ?? path, output: name, shape, ...windowOf(module) };
    });
}

/** Of other maps nobody could say which clip they are of. */
const beginsWithBatch = ({ shape: [first, ...rest] }: TensorRef): boolean =>
  first !== undefined && isPerClip(first) && !rest.some(isPerClip);

function windowOf(module: nn.AnyModule | undefined): { window?: Window } {
  if (module instanceof nn.ConvNd) {
    const { kernelSize: kernel, stride, dilation, groups, padding } = module;
    const same = kernel.map((size, i) => Math.floor((dilation[i]! * (size - 1)) / 2));
    return { window: { kernel, stride, padding: padding === 'same' ? same : padding, dilation, groups } };
  }
  if (isPool(module)) {
    const { kernelSize: kernel, stride, padding } = module;
    return { window: { kernel, stride, padding, dilation: kernel.map(() => 1), groups: 1 } };
  }
  return {};
}

interface Pool {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
}

const isPool = (module: unknown): module is Pool =>
  [nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d].some(
    (type) => module instanceof type,
  );
