/**
 * Stages of residual bottlenecks (He et al. 2016, https://arxiv.org/abs/1512.03385), from which the Slow, SlowFast and X3D
 * networks are built, with the names of PyTorchVideo: `res_blocks.0.branch2.conv_a` and so on. resnet/block.ts has the
 * blocks that stride in time and carry torchvision's names.
 */
import { nn, ops, scope, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';

export interface StageShape {
  readonly input: number;
  /** Channels between the first and the last convolution of a block. */
  readonly inner: number;
  readonly output: number;
  readonly blocks: number;
  /** Stride of the first block along height and width; time keeps its length. */
  readonly stride: 1 | 2;
  /** Of the first convolution; the last one is 1x1x1. */
  readonly kernelA: Size3;
  readonly kernelB: Size3;
  /** Of the second convolution: 1, or `inner` for one filter per channel. */
  readonly groups: number;
}

/** What follows the second convolution. */
export interface Middle {
  readonly norm: nn.Module;
  /** Called after the norm; undefined: a ReLU. */
  readonly activation?: nn.Module;
}

export interface StageOptions {
  /** By default a batch norm and a ReLU. */
  readonly middle?: (channels: number, block: number) => Middle;
  /** Whether a shortcut that strides without changing the channels has a norm (default). */
  readonly normAfterStride?: boolean;
}

const ONE: Size3 = [1, 1, 1];

/** `[N, input, T, H, W]` to `[N, output, T, ...]`, smaller by the stride. */
export class ResStage extends nn.Module {
  readonly res_blocks: nn.Segments;

  constructor(shape: StageShape, options: StageOptions = {}) {
    super();
    const blocks = Array.from({ length: shape.blocks }, (_, i) =>
      i === 0
        ? new ResBlock(shape, options, i)
        : new ResBlock({ ...shape, input: shape.output, stride: 1 }, options, i),
    );
    this.res_blocks = new nn.Segments(blocks);
  }

  forward(maps: Tensor): Tensor {
    return this.res_blocks.call(maps);
  }
}

/** A bottleneck beside a shortcut, which is a convolution if the size or the channels change. */
export class ResBlock extends nn.Module {
  readonly branch1_conv: nn.Conv3d | undefined;
  readonly branch1_norm: nn.BatchNorm3d | undefined;
  readonly branch2: Bottleneck;

  constructor(shape: StageShape, { middle = plain, normAfterStride = true }: StageOptions, block: number) {
    super();
    const { input, output, inner, stride } = shape;
    if (input !== output || stride !== 1) {
      this.branch1_conv = new nn.Conv3d(input, output, 1, { stride: [1, stride, stride], bias: false });
      if (input !== output || normAfterStride) this.branch1_norm = new nn.BatchNorm3d(output);
    }
    this.branch2 = new Bottleneck(shape, middle(inner, block));
  }

  /** In a scope, so that tensors that the backward pass does not need are freed before the next block. */
  forward(maps: Tensor): Tensor {
    return scope(() => ops.relu(this.#shortcut(maps).add(this.branch2.call(maps))));
  }

  #shortcut(maps: Tensor): Tensor {
    const projected = this.branch1_conv?.call(maps) ?? maps;
    return this.branch1_norm?.call(projected) ?? projected;
  }
}

const plain = (channels: number): Middle => ({ norm: new nn.BatchNorm3d(channels) });

/** Three convolutions, each with a norm: `a` to fewer or more channels, `b` in space or space-time, `c` to the output. */
class Bottleneck extends nn.Module {
  readonly conv_a: nn.Conv3d;
  readonly norm_a: nn.BatchNorm3d;
  readonly conv_b: nn.Conv3d;
  readonly norm_b: nn.Module;
  readonly act_b: nn.Module | undefined;
  readonly conv_c: nn.Conv3d;
  readonly norm_c: nn.BatchNorm3d;

  constructor({ input, inner, output, stride, kernelA, kernelB, groups }: StageShape, middle: Middle) {
    super();
    this.conv_a = convolution(input, inner, kernelA);
    this.norm_a = new nn.BatchNorm3d(inner);
    this.conv_b = convolution(inner, inner, kernelB, [1, stride, stride], groups);
    this.norm_b = middle.norm;
    this.act_b = middle.activation;
    this.conv_c = convolution(inner, output, ONE);
    this.norm_c = new nn.BatchNorm3d(output);
  }

  forward(maps: Tensor): Tensor {
    const widened = nn.normRelu(this.norm_a, this.conv_a.call(maps));
    const filtered = this.conv_b.call(widened);
    const middle =
      this.act_b === undefined
        ? nn.normRelu(this.norm_b, filtered)
        : this.act_b.call(this.norm_b.call(filtered));
    return this.norm_c.call(this.conv_c.call(middle));
  }
}

/** A convolution without bias, padded to keep the size except for its stride. */
export function convolution(
  input: number,
  output: number,
  kernel: Size3,
  stride: Size3 = ONE,
  groups = 1,
): nn.Conv3d {
  const padding = kernel.map((length) => Math.floor(length / 2));
  return new nn.Conv3d(input, output, kernel, { stride, padding, groups, bias: false });
}

/** As in the originals: He initialisation for convolutions, a small standard deviation for the classifier. */
export function initialise(network: nn.AnyModule): void {
  for (const module of network.namedModules().values()) {
    if (module instanceof nn.ConvNd)
      nn.init.kaimingNormal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    if (module instanceof nn.Linear) {
      nn.init.normal_(module.weight, 0, 0.01);
      nn.init.constant_(module.bias!, 0);
    }
  }
}
