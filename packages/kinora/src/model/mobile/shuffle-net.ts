/**
 * 3D-ShuffleNet (Köpüklü et al. 2019, https://arxiv.org/abs/1904.02422; in 2D Zhang et al. 2018,
 * https://arxiv.org/abs/1707.01083), with the layers and names of okankop/Efficient-3DCNNs: 1x1x1 convolutions in groups
 * of channels, and a shuffle so that the next groups contain channels of all.
 */
import { kinoraError, nn, ops, scope, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, Preparation, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';

export interface ShuffleNetTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Layers before the first weights. */
  readonly prepare?: readonly Layer[];
  /** Groups of the 1x1x1 convolutions. */
  readonly groups: number;
  /** Channels of the first convolution. */
  readonly stem: number;
  /** The first block of each stage halves frames, height and width. */
  readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
  readonly dropout: number;
}

/** Clips `[N, 3, T, H, W]`; T is even before each stage: 16 frames, for three of them. */
export class ShuffleNet extends Network {
  readonly table: ShuffleNetTable;
  readonly #prepare: Preparation;
  readonly conv1: nn.Sequential;
  readonly maxpool = new nn.MaxPool3d(3, { stride: 2, padding: 1 });
  readonly #stages: nn.Segments[];
  readonly classifier: nn.Sequential;

  constructor(table: ShuffleNetTable, classes: number) {
    super();
    const { prepare = [], groups, stem, stages, dropout } = table;
    const inputs = [stem, ...stages.map(({ channels }) => channels)];
    this.table = table;
    this.#prepare = new Preparation(prepare.map(buildLayer));
    const first = new nn.Conv3d(3, stem, 3, { stride: [1, 2, 2], padding: 1, bias: false });
    this.conv1 = new nn.Sequential(first, new nn.BatchNorm3d(stem), new nn.ReLU());
    this.#stages = stages.map(({ channels, blocks }, i) => {
      const units = Array.from({ length: blocks }, (_, block) =>
        block === 0
          ? new ShuffleUnit(inputs[i]!, channels, groups, 2)
          : new ShuffleUnit(channels, channels, groups, 1),
      );
      return new nn.Segments(units);
    });
    this.classifier = new nn.Sequential(new nn.Dropout(dropout), new nn.Linear(inputs.at(-1)!, classes));
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [
      ...this.#prepare.namedChildren(),
      ['conv1', this.conv1],
      ['maxpool', this.maxpool],
      ...this.#stages.map((stage, i): [string, nn.AnyModule] => [`layer${i + 1}`, stage]),
      ['classifier', this.classifier],
    ];
  }

  forward(clips: Tensor): NetworkOutput {
    const begin = this.maxpool.call(this.conv1.call(this.#prepare.apply(clips)));
    const features = this.#stages.reduce((value, stage) => stage.call(value), begin).mean([2, 3, 4]);
    return { logits: this.classifier.call(features), features };
  }
}

/** The authors' first 1x1x1 convolution has no groups if it sees this many channels: at width 1, not at others. */
const UNGROUPED = 24;

/**
 * A grouped 1x1x1 convolution to a quarter of the channels, the shuffle, one filter per channel, and a grouped 1x1x1
 * convolution. With stride 1 the input is added; with stride 2 its averages are appended as further channels, which
 * takes an even number of frames.
 */
export class ShuffleUnit extends nn.Module {
  readonly conv1: nn.Conv3d;
  readonly bn1: nn.BatchNorm3d;
  readonly shuffle: ChannelShuffle;
  readonly conv2: nn.Conv3d;
  readonly bn2: nn.BatchNorm3d;
  readonly conv3: nn.Conv3d;
  readonly bn3: nn.BatchNorm3d;
  readonly shortcut: nn.AvgPool3d | undefined;

  constructor(input: number, output: number, groups: number, stride: 1 | 2) {
    super();
    const middle = Math.trunc(output / 4);
    const made = stride === 1 ? output : output - input;
    this.conv1 = point(input, middle, input === UNGROUPED ? 1 : groups);
    this.bn1 = new nn.BatchNorm3d(middle);
    this.shuffle = new ChannelShuffle(groups);
    this.conv2 = new nn.Conv3d(middle, middle, 3, { stride, padding: 1, groups: middle, bias: false });
    this.bn2 = new nn.BatchNorm3d(middle);
    this.conv3 = point(middle, made, groups);
    this.bn3 = new nn.BatchNorm3d(made);
    if (stride === 2) this.shortcut = new nn.AvgPool3d([2, 3, 3], { stride: 2, padding: [0, 1, 1] });
  }

  /** In a scope, so that tensors that the backward pass does not need are freed before the next block. */
  forward(maps: Tensor): Tensor {
    return scope(() => {
      if (this.shortcut === undefined) return ops.relu(this.#residual(maps).add(maps));
      if (maps.shape[2]! % 2 !== 0) throw this.#odd(maps);
      return ops.relu(ops.cat([this.#residual(maps), this.shortcut.call(maps)], 1));
    });
  }

  #residual(maps: Tensor): Tensor {
    const narrow = this.shuffle.call(nn.normRelu(this.bn1, this.conv1.call(maps)));
    return this.bn3.call(this.conv3.call(this.bn2.call(this.conv2.call(narrow))));
  }

  #odd({ shape }: Tensor): Error {
    return kinoraError('nn/input', nn.moduleName(this), {
      expected: 'an even number of frames, which it halves',
      received: `[${shape.join(', ')}]`,
    });
  }
}

const point = (input: number, output: number, groups: number): nn.Conv3d =>
  new nn.Conv3d(input, output, 1, { groups, bias: false });

/** Takes one channel of each group in turn: `[N, C, T, H, W]` to the same shape. */
class ChannelShuffle extends nn.Module {
  constructor(readonly groups: number) {
    super();
  }

  forward(maps: Tensor): Tensor {
    const [n, c, ...size] = maps.shape as [number, number, ...number[]];
    const grouped = maps.reshape([n, this.groups, c / this.groups, ...size]);
    return grouped.transpose(1, 2).reshape([n, c, ...size]);
  }
}
