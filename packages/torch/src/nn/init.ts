/**
 * Initialisers of torch.nn.init. They fill a tensor in place from the default generator, drawing in the same order, so
 * that a seed gives the same values as in PyTorch.
 */
import { kinoraError } from '../error.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';

export type FanMode = 'fan_in' | 'fan_out';
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows. */
  a?: number;
  mode?: FanMode;
  nonlinearity?: Nonlinearity;
}

export function uniform_(tensor: Tensor, low = 0, high = 1): Tensor {
  return noGrad(() => tensor.uniform_(low, high));
}

export function normal_(tensor: Tensor, mean = 0, std = 1): Tensor {
  return noGrad(() => tensor.normal_(mean, std));
}

export function constant_(tensor: Tensor, value: number): Tensor {
  return noGrad(() => tensor.fill_(value));
}

/** He et al. 2015, https://arxiv.org/abs/1502.01852: U(-b, b) with b = gain sqrt(3 / fan). */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** He et al. 2015: N(0, gain^2 / fan). */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(tensor, 0, kaimingStd(tensor, options));
}

/** Glorot and Bengio 2010: U(-b, b) with b = gain sqrt(6 / (fan_in + fan_out)). */
export function xavierUniform_(tensor: Tensor, gain = 1): Tensor {
  const bound = Math.sqrt(3) * xavierStd(tensor, gain);
  return uniform_(tensor, -bound, bound);
}

/** Glorot and Bengio 2010: N(0, gain^2 2 / (fan_in + fan_out)). */
export function xavierNormal_(tensor: Tensor, gain = 1): Tensor {
  return normal_(tensor, 0, xavierStd(tensor, gain));
}

/** Recommended standard-deviation gain of a nonlinearity (torch.nn.init.calculate_gain). */
export function calculateGain(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + a ** 2));
    case 'selu':
      return 3 / 4;
    default:
      return nonlinearity satisfies never;
  }
}

/** Inputs and outputs that one weight `[out, in, ...kernel]` connects. */
export function fans(tensor: Tensor): { fan_in: number; fan_out: number } {
  const [out, input, ...kernel] = tensor.shape;
  if (out === undefined || input === undefined) {
    throw kinoraError('nn/init', 'fans', 'a weight of at least 2 dimensions', `[${tensor.shape.join(', ')}]`);
  }
  const area = kernel.reduce((product, size) => product * size, 1);
  return { fan_in: input * area, fan_out: out * area };
}

/** The default of linear and convolution layers: kaiming_uniform(a = sqrt 5) and a bias of U(-b, b), b = 1 / sqrt(fan_in). */
export function resetAffine(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const bound = 1 / Math.sqrt(fans(weight).fan_in);
  uniform_(bias, -bound, bound);
}

function kaimingStd(tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' } = options;
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(tensor)[mode]);
}

function xavierStd(tensor: Tensor, gain: number): number {
  const { fan_in, fan_out } = fans(tensor);
  return gain * Math.sqrt(2 / (fan_in + fan_out));
}
