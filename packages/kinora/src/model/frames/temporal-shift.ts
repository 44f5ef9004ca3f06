/**
 * The temporal shift (Lin et al. 2019, https://arxiv.org/abs/1811.08383, ops/temporal_shift.py of its reference
 * implementation): some channels are taken from the next frame and as many from the frame before, so that a 2D
 * convolution sees three frames and costs what it did.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import { ResidualBlock } from '../resnet/block.js';
import type { Trunk } from '../resnet/trunk.js';

/** A shift in front of `net`: frames `[N * T, C, H, W]` of N clips, T = `segments`. */
export class TemporalShift extends nn.Module {
  readonly net: nn.Module;

  /** @param division one `division`-th of the channels moves to the frame before, another one to the frame after */
  constructor(
    net: nn.Module,
    readonly segments: number,
    readonly division: number,
  ) {
    super();
    this.net = net;
  }

  forward(frames: Tensor): Tensor {
    return this.net.call(shift(frames, this.segments, this.division));
  }
}

/**
 * `[N * T, C, H, W]` to the same: frame t holds the first C / division channels of frame t + 1, the next as many of
 * frame t - 1 and the others of its own. Beyond the ends of a clip lie zeros.
 */
export function shift(frames: Tensor, segments: number, division: number): Tensor {
  const [, channels, height, width] = frames.shape as [number, number, number, number];
  const fold = Math.floor(channels / division);
  const clips = frames.view([-1, segments, channels, height, width]);
  const next = clips.narrow(2, 0, fold).narrow(1, 1, segments - 1);
  const previous = clips.narrow(2, fold, fold).narrow(1, 0, segments - 1);
  const own = clips.narrow(2, 2 * fold, channels - 2 * fold);
  const moved = [ops.pad(next, zerosInTime(0, 1)), ops.pad(previous, zerosInTime(1, 0))];
  return ops.cat([...moved, own], 2).view([-1, channels, height, width]);
}

/** Padding is given from the last axis to the first: width, height, channels, time. */
const zerosInTime = (before: number, after: number): number[] => [0, 0, 0, 0, 0, 0, before, after];

/**
 * Puts a shift in front of the first convolution of every residual block ("residual shift": the shortcut still carries
 * the frame as it is).
 */
export function insertShifts(backbone: Trunk, segments: number, division: number): void {
  for (const block of backbone.namedModules().values()) {
    if (block instanceof ResidualBlock)
      block.replaceFirst((conv) => new TemporalShift(conv, segments, division));
  }
}
