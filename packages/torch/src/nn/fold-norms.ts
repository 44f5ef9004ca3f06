/**
 * Finds the batch norms of a network that can be folded into the convolution or linear layer before them, and folds them for
 * inference: w' = w g, b' = (b - mean) g + beta with g = gamma / sqrt(variance + eps), in double precision. The result
 * is equal up to rounding and saves a pass over the maps.
 */

import { keep, scope } from '../engine/scope.js';
import { fromTypedArray } from '../ops/create.js';
import { shapesOnly } from '../ops/shapes-only.js';
import { noGrad } from '../tensor/grad.js';
import { Tensor } from '../tensor/tensor.js';
import { dropFold, setFold } from './folded.js';
import { ConvNd } from './layers/conv.js';
import { Linear } from './layers/linear.js';
import { BatchNormNd } from './layers/normalization.js';
import type { AnyModule } from './module.js';
import { type Trace, type TracedCall, type TracedTensor, type TracedValue, trace } from './trace.js';

/** What a batch norm does to each channel: `x * gain + shift`. */
export interface ChannelAffine {
  readonly gain: Float64Array;
  readonly shift: Float64Array;
}

/** For a norm with these statistics after a layer with this bias, all `[C]`. */
export function normAffine(
  { gamma, beta, mean, variance }: Record<'gamma' | 'beta' | 'mean' | 'variance', Float64Array>,
  eps: number,
  bias: Float64Array = new Float64Array(mean.length),
): ChannelAffine {
  const gain = gamma.map((value, i) => value / Math.sqrt(variance[i]! + eps));
  return { gain, shift: gain.map((value, i) => (bias[i]! - mean[i]!) * value + beta[i]!) };
}

/**
 * Folds the batch norms of `network` where possible. `run` must call the network once, on any input. From then on, the
 * network uses the folded weights whenever it is called in evaluation mode without gradients, until a weight is written
 * to or the network is moved or disposed. Returns the number of folded norms.
 */
export function foldNorms(network: AnyModule, run: () => unknown): number {
  const modules = network.namedModules();
  for (const module of modules.values()) dropFold(module);
  const pairs = scope(() =>
    pairsOf(
      modules,
      shapesOnly(() => trace(run)),
    ),
  );
  for (const { layer, norm } of pairs) fold(network, layer, norm);
  return pairs.length;
}

type Layer = ConvNd | Linear;
type Norm = BatchNormNd & Record<'running_mean' | 'running_var', Tensor>;

/** Layers called once, whose result is read only by a norm that is called once. */
function pairsOf(
  modules: ReadonlyMap<string, AnyModule>,
  { calls, result, idOf }: Trace<unknown>,
): { layer: Layer; norm: Norm }[] {
  const results = tensorsIn(result).map(idOf);
  const counts = {
    calls: count(calls.map(({ module }) => module)),
    reads: count([...calls.flatMap(tensorsRead), ...results]),
  };
  const makers = new Map(calls.map((call) => [(call.outputs[0] as TracedTensor | undefined)?.tensor, call]));
  return calls.flatMap(({ operator, module: path, inputs }) => {
    if (operator !== 'aten::batch_norm') return [];
    const { tensor } = inputs.get('input') as TracedTensor;
    const maker = makers.get(tensor);
    if (maker === undefined || counts.reads.get(tensor) !== 1) return [];
    if (counts.calls.get(path) !== 1 || counts.calls.get(maker.module) !== 1) return [];
    const [layer, norm] = [modules.get(maker.module), modules.get(path)];
    return isLayer(layer) && isNorm(norm) ? [{ layer, norm }] : [];
  });
}

const isLayer = (module: unknown): module is Layer => module instanceof ConvNd || module instanceof Linear;

const isNorm = (module: unknown): module is Norm =>
  module instanceof BatchNormNd && module.running_mean !== null && module.running_var !== null;

const tensorsRead = ({ inputs }: TracedCall): number[] => [...inputs.values()].flatMap(tensorsOf);

function tensorsOf(value: TracedValue): number[] {
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  return typeof value === 'object' && value !== null ? [(value as TracedTensor).tensor] : [];
}

/** The tensors in a network's output: a tensor, or a list or record of tensors. */
function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return typeof result === 'object' && result !== null ? Object.values(result).flatMap(tensorsIn) : [];
}

function count<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function fold(network: AnyModule, layer: Layer, norm: Norm): void {
  const { running_mean: mean, running_var: variance, weight: gamma, bias: beta, eps } = norm;
  const channels = norm.numFeatures;
  const statistics = {
    gamma: gamma === null ? new Float64Array(channels).fill(1) : doubles(gamma),
    beta: beta === null ? new Float64Array(channels) : doubles(beta),
    mean: doubles(mean),
    variance: doubles(variance),
  };
  const { gain, shift } = normAffine(statistics, eps, layer.bias === null ? undefined : doubles(layer.bias));
  const { weight, bias } = scope(() => noGrad(() => folded(layer, gain, shift)));
  const sources = [layer.weight, layer.bias, gamma, beta, mean, variance].filter((tensor) => tensor !== null);
  setFold({ network, layer, norm, weight: keep(weight), bias: keep(bias), sources });
}

function folded(
  { weight }: Layer,
  gain: Float64Array,
  shift: Float64Array,
): { weight: Tensor; bias: Tensor } {
  const { dtype, device, ndim } = weight;
  const rows = fromTypedArray(gain, [gain.length, ...Array<number>(ndim - 1).fill(1)], { device });
  return {
    weight: weight.to('float64').mul(rows).to(dtype),
    bias: fromTypedArray(shift, [shift.length], { device }).to(dtype),
  };
}

const doubles = (tensor: Tensor): Float64Array =>
  scope(() => tensor.detach().to('float64').toTypedArray() as Float64Array);
