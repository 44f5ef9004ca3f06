/**
 * The paths beside the convolutions of a residual block where the size or the channels change (He et al. 2016,
 * https://arxiv.org/abs/1512.03385, section 4.1): B learns a projection, A has no parameters.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import { convolution, norm, type Rank } from './convolutions.js';

export type ShortcutKind = 'A' | 'B';

export function buildShortcut(
  kind: ShortcutKind,
  rank: Rank,
  input: number,
  output: number,
  stride: Size3,
): nn.Module {
  if (kind === 'A') return new PadShortcut(output - input, stride.slice(3 - rank));
  return new nn.Sequential(
    convolution(rank, { input, output, kernel: [1, 1, 1], stride }, 'zeros'),
    norm(rank, output),
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
