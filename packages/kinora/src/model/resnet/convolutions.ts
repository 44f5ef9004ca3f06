/**
 * The kinds of convolutions in residual networks: spatial, spatiotemporal, or one after the other. Networks differ in
 * the kind that each stage uses (Tran et al. 2018, https://arxiv.org/abs/1711.11248); blocks and stages are the same
 * for all.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';

/** Axes that convolutions run over: 2 for frames `[N, C, H, W]`, 3 for clips `[N, C, T, H, W]`. */
export type Rank = 2 | 3;

/**
 * - `3x3`: in the plane, of single frames
 * - `3x3x3`: in space-time (R3D)
 * - `1x3x3`: in the plane of each frame of a clip (the later stages of MC3)
 * - `3x3+3`: in the plane, then in time, with a ReLU between (R(2+1)D)
 * - `depthwise`: in space-time, one filter per channel (ir-CSN)
 * - `1+depthwise`: among the channels of each place, then `depthwise`, without a ReLU between (ip-CSN)
 *
 * The last two keep the number of channels.
 */
export type ConvKind = '3x3' | '3x3x3' | '1x3x3' | '3x3+3' | 'depthwise' | '1+depthwise';

/** Padding beyond the first and last frame: zeros (black), or repeated frames. */
export type TimeEdge = 'zeros' | 'still';

export interface ConvShape {
  readonly input: number;
  readonly output: number;
  readonly kernel: Size3;
  /** [1, 1, 1] by default. */
  readonly stride?: Size3;
}

/** A convolution without bias, padded to keep the size except for its stride. With rank 2 it ignores the time axis. */
export function convolution(
  rank: Rank,
  { input, output, kernel, stride = ONE }: ConvShape,
  edge: TimeEdge,
): nn.Module {
  const half = kernel.map((length) => (length - 1) / 2) as [number, number, number];
  const options = { stride: stride.slice(3 - rank), padding: half.slice(3 - rank), bias: false };
  if (rank === 2) return new nn.Conv2d(input, output, kernel.slice(1), options);
  if (edge === 'zeros' || half[0] === 0) return new nn.Conv3d(input, output, kernel, options);
  return new StillEdgeConv3d(input, output, kernel, stride, half);
}

const ONE: Size3 = [1, 1, 1];

/** A Conv3d that repeats the first and the last frame instead of padding time with zeros. */
class StillEdgeConv3d extends nn.Conv3d {
  readonly #pad: EdgePad;

  constructor(input: number, output: number, kernel: Size3, stride: Size3, [t, h, w]: readonly number[]) {
    super(input, output, kernel, { stride, padding: [0, h!, w!], bias: false });
    this.#pad = new EdgePad(t!);
  }

  override forward(clips: Tensor): Tensor {
    return super.forward(this.#pad.forward(clips));
  }
}

/** Repeats the first and the last frame `frames` times: `[N, C, T, H, W]` to `[N, C, T + 2 frames, H, W]`. */
class EdgePad extends nn.Module {
  constructor(readonly frames: number) {
    super();
  }

  forward(clips: Tensor): Tensor {
    const last = clips.shape[2]! - 1;
    const edge = (frame: Tensor) => Array.from({ length: this.frames }, () => frame);
    return ops.cat([...edge(clips.narrow(2, 0, 1)), clips, ...edge(clips.narrow(2, last, 1))], 2);
  }
}

/** Batch norm over frames or clips. */
export const norm = (rank: Rank, channels: number, eps = 1e-5): nn.Module =>
  rank === 2 ? new nn.BatchNorm2d(channels, { eps }) : new nn.BatchNorm3d(channels, { eps });

/** One convolution of a residual block; `middle` is the width between the two parts of '3x3+3'. */
export function blockConvolution(
  kind: ConvKind,
  input: number,
  output: number,
  middle: number,
  stride: number,
  edge: TimeEdge,
  eps?: number,
): nn.Module {
  const plane = { kernel: [1, 3, 3], stride: [1, stride, stride] } as const;
  switch (kind) {
    case '3x3':
      return convolution(2, { input, output, ...plane }, edge);
    case '1x3x3':
      return convolution(3, { input, output, ...plane }, edge);
    case '3x3x3':
      return convolution(3, { input, output, kernel: [3, 3, 3], stride: [stride, stride, stride] }, edge);
    case '3x3+3':
      return new nn.Sequential(
        convolution(3, { input, output: middle, ...plane }, edge),
        new nn.BatchNorm3d(middle),
        new nn.ReLU(),
        convolution(3, { input: middle, output, kernel: [3, 1, 1], stride: [stride, 1, 1] }, edge),
      );
    case 'depthwise':
      return new nn.Conv3d(input, output, 3, { stride, padding: 1, groups: input, bias: false });
    case '1+depthwise':
      return new nn.Sequential(
        new nn.Conv3d(input, output, 1, { bias: false }),
        norm(3, output, eps),
        new nn.Conv3d(output, output, 3, { stride, padding: 1, groups: output, bias: false }),
      );
    default:
      return kind satisfies never;
  }
}

export const rankOf = (kind: ConvKind): Rank => (kind === '3x3' ? 2 : 3);

/** The stride of a shortcut beside such a convolution. */
export const shortcutStride = (kind: ConvKind, stride: number): Size3 =>
  kind === '3x3' || kind === '1x3x3' ? [1, stride, stride] : [stride, stride, stride];

/** The width that gives '3x3+3' the parameters of '3x3x3' (Tran et al. 2018, section 3.5). */
export const middleWidth = (input: number, output: number): number =>
  Math.floor((input * output * 27) / (input * 9 + 3 * output));
