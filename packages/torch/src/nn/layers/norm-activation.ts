/**
 * Runs a learning batch norm, the activation after it and optionally a max pool as one kernel of our own
 * (native/norm_activation.cc): on the CPU these layers are limited by memory traffic, and the kernel makes a third of
 * the passes over the maps. Not used during a trace or a recording, which need the output of each layer.
 */
import { isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { enterModule, isWatched } from '../call-stack.js';
import type { AnyModule, Module } from '../module.js';
import { LeakyReLU, ReLU, ReLU6 } from './activation.js';
import { isSideBySide } from './fast-paths.js';
import { type Activation, BatchNormNd } from './normalization.js';
import { MaxPoolNd } from './pool.js';

/**
 * The output of a batch norm and the layers after it, and how many modules were computed, including the norm; undefined
 * if each module has to be called separately.
 */
export function normActivation(
  [norm, activation, pool]: readonly (AnyModule | undefined)[],
  input: Tensor,
): { output: Tensor; used: number } | undefined {
  if (!(norm instanceof BatchNormNd) || norm.forward !== BatchNormNd.prototype.forward) return undefined;
  const bounds = activation && boundsOf(activation);
  if (bounds === undefined || isObserved() || isWatched() || !norm.learnsFrom(input)) return undefined;
  const window = windowOf(pool, norm, input);
  const output = enterModule(norm, () => norm.forwardActivated(input, bounds, window ?? []));
  return { output, used: window === undefined ? 2 : 3 };
}

const RELU = new ReLU();

/** `ops.relu(norm.call(input))`, as one kernel where possible. */
export const normRelu = (norm: Module, input: Tensor): Tensor =>
  normActivation([norm, RELU], input)?.output ?? ops.relu(norm.call(input));

/** Exact classes only, because subclasses may behave differently. */
function boundsOf(module: AnyModule): Activation | undefined {
  if (module.constructor === LeakyReLU)
    return { slope: (module as LeakyReLU).negativeSlope, cap: Number.POSITIVE_INFINITY };
  if (module.constructor === ReLU) return { slope: 0, cap: Number.POSITIVE_INFINITY };
  return module.constructor === ReLU6 ? { slope: 0, cap: 6 } : undefined;
}

function windowOf(
  pool: AnyModule | undefined,
  { rank }: BatchNormNd,
  { shape }: Tensor,
): readonly number[] | undefined {
  if (!(pool instanceof MaxPoolNd) || pool.forward !== MaxPoolNd.prototype.forward) return undefined;
  const { kernelSize } = pool;
  if (pool.rank !== rank || !isSideBySide(pool)) return undefined;
  return kernelSize.every((size, i) => size <= shape[i + 2]!) ? kernelSize : undefined;
}
