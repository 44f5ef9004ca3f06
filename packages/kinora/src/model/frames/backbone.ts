/**
 * Small 2D residual networks (He et al. 2016, https://arxiv.org/abs/1512.03385) that see one frame at a time, as tables:
 * a strided stem and stages of basic blocks, named as torchvision's ResNet without its classifier.
 */
import { nn, ops, type Tensor } from '@kinora/torch';

export interface Stage {
  readonly channels: number;
  readonly blocks: number;
  /** Of the first block; the others keep the size. */
  readonly stride: number;
}

export interface BackboneTable {
  /** The first convolution, on every pixel. */
  readonly stem: { readonly channels: number; readonly kernel: number; readonly stride: number };
  readonly stages: readonly Stage[];
}

/** Frames `[N, 3, H, W]` to features `[N, F]`, the mean over all places of the last stage. Any size fits. */
export class Backbone extends nn.Module {
  readonly features: number;
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly #stages: nn.Sequential[];

  constructor({ stem, stages }: BackboneTable) {
    super();
    this.conv1 = conv(3, stem.channels, stem.kernel, stem.stride);
    this.bn1 = new nn.BatchNorm2d(stem.channels);
    this.#stages = stages.map((stage, i) => buildStage([stem, ...stages][i]!.channels, stage));
    this.features = [stem, ...stages].at(-1)!.channels;
  }

  /** `layer1`, `layer2`, ... by their place in the table, which fields could not be. */
  override namedChildren(): [string, nn.AnyModule][] {
    const stages = this.#stages.map((stage, i): [string, nn.AnyModule] => [`layer${i + 1}`, stage]);
    return [...super.namedChildren(), ...stages];
  }

  forward(frames: Tensor): Tensor {
    const stem = ops.relu(this.bn1.call(this.conv1.call(frames)));
    return this.#stages.reduce((maps, stage) => stage.call(maps), stem).mean([2, 3]);
  }
}

/** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the size or the channels change. */
export class BasicBlock extends nn.Module {
  /** Not only a convolution: a temporal shift takes its place. */
  conv1: nn.Module;
  readonly bn1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly downsample: nn.Sequential | null;

  constructor(input: number, output: number, stride: number) {
    super();
    this.conv1 = conv(input, output, 3, stride);
    this.bn1 = new nn.BatchNorm2d(output);
    this.conv2 = conv(output, output, 3, 1);
    this.bn2 = new nn.BatchNorm2d(output);
    const same = stride === 1 && input === output;
    this.downsample = same
      ? null
      : new nn.Sequential(conv(input, output, 1, stride), new nn.BatchNorm2d(output));
  }

  forward(maps: Tensor): Tensor {
    const first = ops.relu(this.bn1.call(this.conv1.call(maps)));
    const second = this.bn2.call(this.conv2.call(first));
    return ops.relu(second.add(this.downsample === null ? maps : this.downsample.call(maps)));
  }
}

function buildStage(input: number, { channels, blocks, stride }: Stage): nn.Sequential {
  const block = (_: unknown, i: number) =>
    i === 0 ? new BasicBlock(input, channels, stride) : new BasicBlock(channels, channels, 1);
  return new nn.Sequential(...Array.from({ length: blocks }, block));
}

/** Padded to keep the size but for its stride. */
const conv = (input: number, output: number, kernel: number, stride: number): nn.Conv2d =>
  new nn.Conv2d(input, output, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
