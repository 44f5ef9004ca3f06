/** torch.nn.Conv1d, Conv2d and Conv3d: one implementation for all ranks. Padding is with zeros. */

import { oncePerProcess } from '../../engine/process-wide.js';
import { kinoraError } from '../../error.js';
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { foldOf } from '../folded.js';
import { resetAffine } from '../init.js';
import { Module, parameter } from '../module.js';
import { checkCount, checkFeatureMap, checkWindow, expandSize, type Rank, type Size } from './check.js';
import { depthwiseConv3d } from './depthwise.js';
import { directConv3d } from './fast-paths.js';

export interface ConvOptions {
  stride?: Size;
  /** Zeros added on both sides of each axis; 'same' keeps the size (stride 1 only). */
  padding?: Size | 'same';
  dilation?: Size;
  groups?: number;
  bias?: boolean;
}

/** `[N, inChannels, ...]` to `[N, outChannels, ...]`. */
@oncePerProcess
export abstract class ConvNd extends Module {
  readonly rank: Rank;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same';
  readonly dilation: readonly number[];
  readonly groups: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(rank: Rank, inChannels: number, outChannels: number, kernelSize: Size, options: ConvOptions) {
    super();
    const name = `Conv${rank}d`;
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    this.rank = rank;
    this.inChannels = checkCount(inChannels, `${name} inChannels`);
    this.outChannels = checkCount(outChannels, `${name} outChannels`);
    this.kernelSize = expandSize(kernelSize, rank, 1, `${name} kernelSize`);
    this.stride = expandSize(stride, rank, 1, `${name} stride`);
    this.padding = padding === 'same' ? padding : expandSize(padding, rank, 0, `${name} padding`);
    this.dilation = expandSize(dilation, rank, 1, `${name} dilation`);
    this.groups = checkCount(groups, `${name} groups`);
    this.#checkConsistency(name);
    this.weight = parameter(ops.empty([outChannels, inChannels / groups, ...this.kernelSize]));
    this.bias = options.bias === false ? null : parameter(ops.empty([outChannels]));
    resetAffine(this.weight, this.bias);
  }

  forward(input: Tensor): Tensor {
    checkFeatureMap(this, input, this.rank, this.inChannels);
    const { stride, padding, dilation, kernelSize, groups } = this;
    const { weight, bias } = foldOf(this) ?? this;
    const convolve = ops[`conv${this.rank}d`];
    if (padding === 'same') return convolve(input, weight, bias, stride, padding, dilation, groups);
    checkWindow(this, input, this.rank, { kernelSize, padding, dilation });
    const options = { weight, bias, stride, padding, dilation, groups };
    const direct =
      this.rank === 3 ? (depthwiseConv3d(input, options) ?? directConv3d(input, options)) : undefined;
    return direct ?? convolve(input, weight, bias, stride, padding, dilation, groups);
  }

  #checkConsistency(name: string): void {
    const { inChannels, outChannels, groups, padding, stride } = this;
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      const received = `${inChannels} in, ${outChannels} out, ${groups} groups`;
      throw kinoraError('nn/size', name, 'channels divisible by groups', received);
    }
    if (padding === 'same' && stride.some((step) => step !== 1)) {
      const received = `stride ${stride.join('x')}`;
      throw kinoraError('nn/size', name, "stride 1 with padding 'same'", received);
    }
  }
}

/** Input `[N, inChannels, L]`. */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, options: ConvOptions = {}) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/** Input `[N, inChannels, H, W]`. */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, options: ConvOptions = {}) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** Input `[N, inChannels, T, H, W]`. */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, options: ConvOptions = {}) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
