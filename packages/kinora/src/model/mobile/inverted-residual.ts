/**
 * The block of MobileNetV2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381), with a time axis: widen by a 1x1x1
 * convolution, look around with one filter per channel, narrow again without an activation, beside a shortcut.
 */
import { nn, scope, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';

export interface ConvSettings {
  readonly kernel: 1 | 3;
  readonly stride?: Size3;
  readonly groups?: number;
}

const ONE: Size3 = [1, 1, 1];

/** A convolution without bias that keeps the size but for its stride, and its batch norm. */
export const convNorm = (
  input: number,
  output: number,
  { kernel, stride = ONE, groups = 1 }: ConvSettings,
): nn.Module[] => [
  new nn.Conv3d(input, output, kernel, { stride, padding: (kernel - 1) / 2, groups, bias: false }),
  new nn.BatchNorm3d(output),
];

/** Clips' maps `[N, input, T, H, W]` to `[N, output, ...]`, smaller by the stride. */
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

  /** In a scope, so that what backward does not need is freed before the next block. */
  forward(maps: Tensor): Tensor {
    return scope(() => (this.#shortcut ? maps.add(this.conv.call(maps)) : this.conv.call(maps)));
  }
}
