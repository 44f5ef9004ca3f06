/** The residual block: two convolutions, or three with a narrow one in the middle, beside a shortcut. */
import { nn, ops, scope, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import {
  blockConvolution,
  type ConvKind,
  convolution,
  middleWidth,
  norm,
  type Rank,
  rankOf,
  shortcutStride,
  type TimeEdge,
} from './convolutions.js';

/** `basic` has two convolutions; `bottleneck` has one between two of size 1, and 4 times the output channels. */
export type BlockKind = 'basic' | 'bottleneck';
/**
 * The shortcut if the size or the channels change (He et al. 2016,
 * https://arxiv.org/abs/1512.03385, section 4.1): B learns a projection, A has no parameters.
 */
export type ShortcutKind = 'A' | 'B';
/** Whether a convolution and its norm are `conv1`, `bn1` (2D ResNets, Hara) or `conv1.0`, `conv1.1` (torchvision video). */
export type Naming = 'flat' | 'nested';

export const EXPANSION: Readonly<Record<BlockKind, number>> = { basic: 1, bottleneck: 4 };

export interface BlockSettings {
  readonly block: BlockKind;
  readonly conv: ConvKind;
  readonly shortcut: ShortcutKind;
  readonly naming: Naming;
  readonly edge: TimeEdge;
  /** Of its norms; 1e-5 by default. */
  readonly eps?: number;
}

interface Unit {
  conv: nn.Module;
  readonly norm: nn.Module;
}

export class ResidualBlock extends nn.Module {
  readonly #units: readonly Unit[];
  readonly #naming: Naming;
  readonly #downsample: nn.Module | null;

  /** @param width channels of its convolutions of size 3; its output has EXPANSION times as many */
  constructor(settings: BlockSettings, input: number, width: number, stride: number) {
    super();
    const { block, conv, naming } = settings;
    const output = width * EXPANSION[block];
    this.#units = unitsOf(settings, input, width, stride);
    this.#naming = naming;
    const same = stride === 1 && input === output;
    const [rank, step] = [rankOf(conv), shortcutStride(conv, stride)];
    this.#downsample = same ? null : buildShortcut(settings, rank, input, output, step);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    const units = this.#units.flatMap(({ conv, norm }, i): [string, nn.AnyModule][] => {
      const n = i + 1;
      return this.#naming === 'flat'
        ? [
            [`conv${n}`, conv],
            [`bn${n}`, norm],
          ]
        : [
            [`conv${n}.0`, conv],
            [`conv${n}.1`, norm],
          ];
    });
    return this.#downsample === null ? units : [...units, ['downsample', this.#downsample]];
  }

  /** Replaces its first convolution, for example with the same convolution after a temporal shift. */
  replaceFirst(replacement: (conv: nn.Module) => nn.Module): void {
    const first = this.#units[0]!;
    first.conv = replacement(first.conv);
  }

  /** In a scope, so that tensors that the backward pass does not need are freed before the next block. */
  forward(maps: Tensor): Tensor {
    return scope(() => {
      const residual = this.#units.reduce((value, { conv, norm }, i) => {
        const convolved = conv.call(value);
        return i < this.#units.length - 1 ? nn.normRelu(norm, convolved) : norm.call(convolved);
      }, maps);
      return ops.relu(residual.add(this.#downsample === null ? maps : this.#downsample.call(maps)));
    });
  }
}

function unitsOf(
  { block, conv, edge, eps }: BlockSettings,
  input: number,
  width: number,
  stride: number,
): Unit[] {
  const rank = rankOf(conv);
  const middle = middleWidth(input, width);
  const wide = (from: number, step: number): Unit => ({
    conv: blockConvolution(conv, from, width, middle, step, edge, eps),
    norm: norm(rank, width, eps),
  });
  const point = (from: number, to: number): Unit => ({
    conv: convolution(rank, { input: from, output: to, kernel: [1, 1, 1] }, edge),
    norm: norm(rank, to, eps),
  });
  if (block === 'basic') return [wide(input, stride), wide(width, 1)];
  return [point(input, width), wide(width, stride), point(width, width * EXPANSION.bottleneck)];
}

function buildShortcut(
  { shortcut, eps }: BlockSettings,
  rank: Rank,
  input: number,
  output: number,
  stride: Size3,
): nn.Module {
  if (shortcut === 'A') return new PadShortcut(output - input, stride.slice(3 - rank));
  return new nn.Sequential(
    convolution(rank, { input, output, kernel: [1, 1, 1], stride }, 'zeros'),
    norm(rank, output, eps),
  );
}

/** Takes every stride-th position and adds channels of zeros. Gradients flow through it. */
class PadShortcut extends nn.Module {
  constructor(
    readonly channels: number,
    readonly stride: readonly number[],
  ) {
    super();
  }

  forward(maps: Tensor): Tensor {
    const rank = this.stride.length as 2 | 3;
    const thinned = ops[`avg_pool${rank}d`](maps, new Array<number>(rank).fill(1), this.stride);
    const outside = new Array<number>(2 * rank).fill(0);
    return ops.constant_pad_nd(thinned, [...outside, 0, this.channels]);
  }
}
