/**
 * 3D-MobileNetV2 (Köpüklü et al. 2019, https://arxiv.org/abs/1904.02422), with the layers and names of
 * okankop/Efficient-3DCNNs: inverted residual blocks, the mean over time and space, a linear classifier.
 */
import { nn, scope, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, Preparation, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';

/** `blocks` blocks of `channels` each, the first one with the stride. */
export interface MobileStage {
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
  readonly stride: Size3;
}

export interface MobileNetTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Layers before the first weights. */
  readonly prepare?: readonly Layer[];
  /** Width multiplier of all channels, rounded down; the last ones are only multiplied if it is above 1. */
  readonly width: number;
  /** Stride of the first convolution. */
  readonly stem: number;
  readonly stages: readonly MobileStage[];
  /** Channels of the last convolution: the features. */
  readonly last: number;
  readonly dropout: number;
}

/** Clips `[N, 3, T, H, W]` of any size. */
export class MobileNet extends Network {
  readonly #prepare: Preparation;
  readonly features: nn.Segments;
  readonly classifier: nn.Sequential;

  constructor({ prepare = [], width, stem, stages, last, dropout }: MobileNetTable, classes: number) {
    super();
    const wide = (channels: number) => Math.trunc(channels * width);
    const outputs = [wide(stem), ...stages.map(({ channels }) => wide(channels))];
    const top = width > 1 ? wide(last) : last;
    this.#prepare = new Preparation(prepare.map(buildLayer));
    this.features = new nn.Segments([
      activated(convNorm(3, outputs[0]!, { kernel: 3, stride: [1, 2, 2] })),
      ...stages.flatMap((stage, i) => buildStage(stage, outputs[i]!, outputs[i + 1]!)),
      activated(convNorm(outputs.at(-1)!, top, { kernel: 1 })),
    ]);
    this.classifier = new nn.Sequential(new nn.Dropout(dropout), new nn.Linear(top, classes));
    initialise(this);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#prepare.namedChildren(), ...super.namedChildren()];
  }

  forward(clips: Tensor): NetworkOutput {
    const features = this.features.call(this.#prepare.apply(clips)).mean([2, 3, 4]);
    return { logits: this.classifier.call(features), features };
  }
}

const activated = (layers: nn.Module[]): nn.Sequential => new nn.Sequential(...[...layers, new nn.ReLU6()]);

function buildStage(
  { expansion, blocks, stride }: MobileStage,
  input: number,
  output: number,
): InvertedResidual[] {
  return Array.from({ length: blocks }, (_, i) =>
    i === 0
      ? new InvertedResidual(input, output, expansion, stride)
      : new InvertedResidual(output, output, expansion, [1, 1, 1]),
  );
}

/** As in the original: convolutions by their fan-out, as if ungrouped; the classifier with a small standard deviation. */
function initialise(network: MobileNet): void {
  for (const module of network.namedModules().values()) {
    if (module instanceof nn.ConvNd) {
      const fan = module.kernelSize.reduce((a, b) => a * b) * module.outChannels;
      nn.init.normal_(module.weight, 0, Math.sqrt(2 / fan));
    }
    if (module instanceof nn.Linear) {
      nn.init.normal_(module.weight, 0, 0.01);
      nn.init.constant_(module.bias!, 0);
    }
  }
}

interface ConvSettings {
  readonly kernel: 1 | 3;
  readonly stride?: Size3;
  readonly groups?: number;
}

const ONE: Size3 = [1, 1, 1];

/** A convolution without bias that keeps the size except for its stride, and its batch norm. */
const convNorm = (
  input: number,
  output: number,
  { kernel, stride = ONE, groups = 1 }: ConvSettings,
): nn.Module[] => [
  new nn.Conv3d(input, output, kernel, { stride, padding: (kernel - 1) / 2, groups, bias: false }),
  new nn.BatchNorm3d(output),
];

/**
 * The block of MobileNetV2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) with a time axis: a 1x1x1 convolution
 * to more channels, one filter per channel, and a 1x1x1 convolution to fewer channels without an activation, beside a
 * shortcut. Maps `[N, input, T, H, W]` to `[N, output, ...]`, smaller by the stride.
 */
export class InvertedResidual extends nn.Module {
  /** Named as in Efficient-3DCNNs; without expansion the first convolution is left out. */
  readonly conv: nn.Sequential;
  readonly #shortcut: boolean;

  /** @param around one filter per channel and its norm, over `hidden` channels; of 3x3x3 by default */
  constructor(
    input: number,
    output: number,
    expansion: number,
    stride: Size3,
    around = (hidden: number): nn.Module[] => convNorm(hidden, hidden, { kernel: 3, stride, groups: hidden }),
  ) {
    super();
    const hidden = Math.round(input * expansion);
    const widen = () => [...convNorm(input, hidden, { kernel: 1 }), new nn.ReLU6()];
    const layers: nn.Module[] = [
      ...(expansion === 1 ? [] : widen()),
      ...around(hidden),
      new nn.ReLU6(),
      ...convNorm(hidden, output, { kernel: 1 }),
    ];
    this.conv = new nn.Sequential(...layers);
    this.#shortcut = input === output && stride.every((step) => step === 1);
  }

  /** In a scope, so that tensors that the backward pass does not need are freed before the next block. */
  forward(maps: Tensor): Tensor {
    return scope(() => (this.#shortcut ? maps.add(this.conv.call(maps)) : this.conv.call(maps)));
  }
}
