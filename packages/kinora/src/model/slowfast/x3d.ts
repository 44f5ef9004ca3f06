/**
 * X3D (Feichtenhofer 2020, https://arxiv.org/abs/2004.04730): a residual network of depthwise convolutions, expanded
 * step by step from a tiny one along time, space, width and depth. Every second block squeezes and excites (Hu et al.
 * 2018, https://arxiv.org/abs/1709.01507). Layers and names are those of PyTorchVideo's `create_x3d`.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, Preparation, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { convolution, initialise, type Middle, ResStage } from './bottleneck.js';

export interface X3DTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Layers before the first weights. */
  readonly prepare?: readonly Layer[];
  /** Channels of the first convolutions. */
  readonly stem: number;
  /** Each stage halves height and width. */
  readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
  /** Channels after the mean: the features. */
  readonly last: number;
  readonly dropout: number;
}

/** Clips `[N, 3, T, H, W]` of any size. */
export class X3D extends Network {
  readonly table: X3DTable;
  readonly #prepare: Preparation;
  readonly blocks: nn.ModuleList;
  readonly #stages: readonly nn.Module[];
  readonly #head: X3DHead;

  constructor(table: X3DTable, classes: number) {
    super();
    const { prepare = [], stem, stages, last, dropout } = table;
    this.table = table;
    this.#prepare = new Preparation(prepare.map(buildLayer));
    const inputs = [stem, ...stages.map(({ channels }) => channels)];
    this.#stages = [new X3DStem(stem), ...stages.map((stage, i) => buildStage(stage, inputs[i]!))];
    const top = inputs.at(-1)!;
    this.#head = new X3DHead(top, { inner: expanded(top), last, dropout, classes });
    this.blocks = new nn.ModuleList<nn.AnyModule>([...this.#stages, this.#head]);
    initialise(this);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#prepare.namedChildren(), ...super.namedChildren()];
  }

  forward(clips: Tensor): NetworkOutput {
    const prepared = this.#prepare.apply(clips);
    return this.#head.call(this.#stages.reduce((value, stage) => stage.call(value), prepared));
  }
}

/** Channels of a block's depthwise convolution. */
const expanded = (channels: number): number => Math.trunc(2.25 * channels);

function buildStage({ channels, blocks }: X3DTable['stages'][number], input: number): ResStage {
  const inner = expanded(channels);
  return new ResStage(
    {
      input,
      inner,
      output: channels,
      blocks,
      stride: 2,
      kernelA: [1, 1, 1],
      kernelB: [3, 3, 3],
      groups: inner,
    },
    { middle, normAfterStride: false },
  );
}

/** A norm, squeeze-and-excitation in every second block, and swish. */
const middle = (channels: number, block: number): Middle => ({
  norm: new nn.Sequential(
    new nn.BatchNorm3d(channels),
    block % 2 === 0 ? new SqueezeExcitation(channels) : new nn.Identity(),
  ),
  activation: new nn.SiLU(),
});

/** A convolution in the plane, one in time for each channel, norm and ReLU. Half the height and width. */
class X3DStem extends nn.Module {
  readonly conv: nn.Sequential;
  readonly norm: nn.BatchNorm3d;

  constructor(channels: number) {
    super();
    // PyTorchVideo's names are those of a convolution whose parts come in the other order.
    this.conv = new nn.Sequential({
      conv_t: convolution(3, channels, [1, 3, 3], [1, 2, 2]),
      conv_xy: convolution(channels, channels, [5, 1, 1], [1, 1, 1], channels),
    });
    this.norm = new nn.BatchNorm3d(channels);
  }

  forward(clips: Tensor): Tensor {
    return nn.normRelu(this.norm, this.conv.call(clips));
  }
}

/** Scales each channel of `[N, C, T, H, W]` by a factor between 0 and 1, which is computed from the means of all. */
class SqueezeExcitation extends nn.Module {
  readonly block: nn.Sequential;

  constructor(channels: number) {
    super();
    const squeezed = inEights(channels / 16);
    this.block = new nn.Sequential(
      new nn.Conv3d(channels, squeezed, 1),
      new nn.ReLU(),
      new nn.Conv3d(squeezed, channels, 1),
      new nn.Sigmoid(),
    );
  }

  forward(maps: Tensor): Tensor {
    return maps.mul(this.block.call(maps.mean([2, 3, 4], true)));
  }
}

/** The nearest multiple of 8, at least 8 and no less than nine tenths of it. */
function inEights(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

interface HeadShape {
  readonly inner: number;
  readonly last: number;
  readonly dropout: number;
  readonly classes: number;
}

/** A wider convolution before the mean over time and space, one after it, and the classifier. */
class X3DHead extends nn.Module<[maps: Tensor], NetworkOutput> {
  readonly pool: ProjectedPool;
  readonly dropout: nn.Dropout;
  readonly proj: nn.Linear;

  constructor(input: number, { inner, last, dropout, classes }: HeadShape) {
    super();
    this.pool = new ProjectedPool(input, inner, last);
    this.dropout = new nn.Dropout(dropout);
    this.proj = new nn.Linear(last, classes);
  }

  forward(maps: Tensor): NetworkOutput {
    const features = this.dropout.call(this.pool.call(maps).flatten(1));
    return { logits: this.proj.call(features), features };
  }
}

/** `[N, input, T, H, W]` to `[N, last, 1, 1, 1]`. */
class ProjectedPool extends nn.Module {
  readonly pre_conv: nn.Conv3d;
  readonly pre_norm: nn.BatchNorm3d;
  readonly post_conv: nn.Conv3d;

  constructor(input: number, inner: number, last: number) {
    super();
    this.pre_conv = convolution(input, inner, [1, 1, 1]);
    this.pre_norm = new nn.BatchNorm3d(inner);
    this.post_conv = convolution(inner, last, [1, 1, 1]);
  }

  forward(maps: Tensor): Tensor {
    const means = nn.normRelu(this.pre_norm, this.pre_conv.call(maps)).mean([2, 3, 4], true);
    return ops.relu(this.post_conv.call(means));
  }
}
