/**
 * Recomputes one cell of one layer from the layer's input and the trained weights, term by term. Each layer follows
 * PyTorch's definition in evaluation mode.
 */
import type { Layer } from '@kinora/recognizer';
import type { Tensor } from '../../network/safetensors.js';
import type { Size3 } from '../arithmetic/volume.js';

/** `[C, T, H, W]`, or `[F]` as `[F, 1, 1, 1]`. */
export interface Maps {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Place {
  readonly channel: number;
  readonly at: Size3;
}

export interface Term {
  /** The channel and cell of the input that the value comes from; absent for a constant such as the bias. */
  readonly from?: Place;
  readonly name: string;
  readonly value: number;
  readonly factor: number;
}

export interface Computation {
  /** The formula in words. */
  readonly rule: string;
  readonly terms: readonly Term[];
  readonly value: number;
}

const EPSILON = 1e-5;
const SLOPE = 0.01;

/** Undefined for a layer type that is not implemented here. */
export function computeCell(
  layer: Layer,
  input: Maps,
  weights: ReadonlyMap<string, Tensor>,
  place: Place,
): Computation | undefined {
  const parameter = (name: string): Float32Array =>
    weights.get(`${layer.path}.${name}`)?.values ?? new Float32Array(0);
  const own = valueAt(input, place);
  switch (layer.type) {
    case 'Conv3d':
      return convolution(layer, input, parameter('weight'), parameter('bias'), place);
    case 'Linear':
      return linear(input, parameter('weight'), parameter('bias')[place.channel]!, place.channel);
    case 'BatchNorm3d':
      return normalised(own, place, parameter);
    case 'LeakyReLU': {
      const factor = own < 0 ? SLOPE : 1;
      const rule = own < 0 ? `below 0: multiplied by ${SLOPE}` : '0 or above: unchanged';
      return sum(rule, [{ name: 'input', from: place, value: own, factor }]);
    }
    case 'Dropout':
      return sum('dropout acts only in training: unchanged', [
        { name: 'input', from: place, value: own, factor: 1 },
      ]);
    case 'Motion':
      return motion(input, place, own);
    case 'AvgPool3d':
    case 'AdaptiveAvgPool3d':
      return mean(windowOf(layer, input, place), input);
    case 'MaxPool3d':
      return largest(windowOf(layer, input, place), input);
    default:
      return undefined;
  }
}

export function valueAt({ shape, values }: Maps, { channel, at: [t, y, x] }: Place): number {
  const [, frames = 1, height = 1, width = 1] = shape;
  return values[((channel * frames + t) * height + y) * width + x]!;
}

function convolution(
  { window }: Layer,
  input: Maps,
  weight: Float32Array,
  bias: Float32Array,
  { channel, at }: Place,
): Computation {
  const { kernel, groups } = window!;
  const inGroup = input.shape[0]! / groups;
  const perGroup =
    bias.length > 0 ? bias.length / groups : weight.length / (inGroup * volumeOf(kernel)) / groups;
  const first = Math.floor(channel / perGroup) * inGroup;
  const terms: Term[] = [];
  let w = channel * inGroup * volumeOf(kernel);
  for (let c = 0; c < inGroup; c++)
    for (const cell of cellsOf(window!, at)) {
      const factor = weight[w++]!;
      if (isInside(cell, input.shape)) terms.push(product(input, { channel: first + c, at: cell }, factor));
    }
  if (bias.length > 0) terms.push({ name: 'bias', value: bias[channel]!, factor: 1 });
  return sum('each input cell under the kernel times its weight, plus the bias', terms);
}

function linear(input: Maps, weight: Float32Array, bias: number, row: number): Computation {
  const terms = Array.from({ length: input.values.length }, (_, channel) =>
    product(input, { channel, at: [0, 0, 0] }, weight[row * input.values.length + channel]!),
  );
  return sum('each feature times its weight, plus the bias', [
    ...terms,
    { name: 'bias', value: bias, factor: 1 },
  ]);
}

function normalised(value: number, from: Place, parameter: (name: string) => Float32Array): Computation {
  const of = (name: string): number => parameter(name)[from.channel]!;
  const scale = of('weight') / Math.sqrt(of('running_var') + EPSILON);
  return sum(
    'minus the mean, divided by the standard deviation, times a learned scale, plus a learned shift',
    [
      { name: 'input', from, value, factor: scale },
      { name: 'mean', value: of('running_mean'), factor: -scale },
      { name: 'shift', value: of('bias'), factor: 1 },
    ],
  );
}

function motion(input: Maps, { channel, at: [t, y, x] }: Place, own: number): Computation {
  const frames = input.shape[1]!;
  let all = 0;
  for (let i = 0; i < frames; i++) all += valueAt(input, { channel, at: [i, y, x] });
  return sum('the input minus its mean over all frames', [
    { name: 'input', from: { channel, at: [t, y, x] }, value: own, factor: 1 },
    { name: 'mean over time', value: all / frames, factor: -1 },
  ]);
}

function mean(places: readonly Place[], input: Maps): Computation {
  return sum(
    'the mean of the cells in its window',
    places.map((place) => product(input, place, 1 / places.length)),
  );
}

function largest(places: readonly Place[], input: Maps): Computation {
  const best = places.reduce((a, b) => (valueAt(input, b) > valueAt(input, a) ? b : a));
  return sum('the largest cell in its window', [product(input, best, 1)]);
}

/** The input cells that a pool looks at. */
function windowOf({ window }: Layer, { shape }: Maps, { channel, at }: Place): Place[] {
  const [, frames = 1, height = 1, width = 1] = shape;
  const all = { kernel: [frames, height, width], stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1] };
  return cellsOf(window ?? all, at)
    .filter((cell) => isInside(cell, shape))
    .map((cell) => ({ channel, at: cell }));
}

function cellsOf(
  { kernel, stride, padding, dilation }: Omit<NonNullable<Layer['window']>, 'groups'>,
  at: Size3,
): Size3[] {
  const [kt, kh, kw] = kernel as unknown as Size3;
  const along = (i: 0 | 1 | 2, k: number): number => at[i] * stride[i]! - padding[i]! + k * dilation[i]!;
  return Array.from({ length: kt * kh * kw }, (_, i) => [
    along(0, Math.floor(i / (kh * kw))),
    along(1, Math.floor(i / kw) % kh),
    along(2, i % kw),
  ]);
}

const isInside = (cell: Size3, shape: readonly number[]): boolean =>
  cell.every((p, i) => p >= 0 && p < (shape[i + 1] ?? 1));

const product = (input: Maps, from: Place, factor: number): Term => ({
  name: `channel ${from.channel}, t ${from.at[0]}, y ${from.at[1]}, x ${from.at[2]}`,
  from,
  value: valueAt(input, from),
  factor,
});

const sum = (rule: string, terms: readonly Term[]): Computation => ({
  rule,
  terms,
  value: terms.reduce((all, { value, factor }) => all + value * factor, 0),
});

const volumeOf = (size: readonly number[]): number => size.reduce((a, b) => a * b, 1);
