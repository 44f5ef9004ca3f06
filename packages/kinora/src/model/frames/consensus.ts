/**
 * Networks that classify each frame and average the logits: Temporal Segment Networks (Wang et al. 2016,
 * https://arxiv.org/abs/1608.00859), the same with temporal shifts in the CNN (TSM), and the single frame, an average
 * over one. Layer names are those of TSM's reference implementation.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import type { NetworkOutput } from '../network.js';
import { ResidualBlock } from '../resnet/block.js';
import type { Trunk } from '../resnet/trunk.js';
import { engineRandom, FrameNetwork, type FrameTable, wrongFrames } from './frame-network.js';

export interface ConsensusTable extends FrameTable {
  /** Use a single frame of the clip: the middle one, or in training any frame of the middle half. */
  readonly single?: boolean;
  /** One `shift`-th of the channels is shifted in each direction of time; none by default. */
  readonly shift?: number;
}

export class ConsensusNetwork extends FrameNetwork<ConsensusTable> {
  readonly new_fc: nn.Linear;
  readonly segments: number;

  constructor(table: ConsensusTable, classes: number, [frames]: Size3 = table.input) {
    super(table);
    this.segments = frames;
    this.new_fc = new nn.Linear(this.base_model.features, classes);
    if (table.shift !== undefined) insertShifts(this.base_model, frames, table.shift);
  }

  protected checkFrames(frames: number): void {
    const { table, segments } = this;
    if (table.shift === undefined || frames === segments) return;
    const expected = `${segments} frames, for which its shifts were built`;
    throw wrongFrames(table.name, expected, frames, `build it for ${frames} frames`);
  }

  protected override encode(clips: Tensor): Tensor {
    if (this.table.single !== true) return super.encode(clips);
    return super.encode(this.training ? anyOfMiddleHalf(clips) : middle(clips));
  }

  protected decide(sequence: Tensor): NetworkOutput {
    return { logits: this.new_fc.call(sequence).mean([1]), features: sequence.mean([1]) };
  }
}

/** `[N, C, T, H, W]` to `[N, C, 1, H, W]`. */
const middle = (clips: Tensor): Tensor => clips.narrow(2, Math.floor(clips.shape[2]! / 2), 1);

/**
 * The same, with a random frame drawn for each clip, from the middle half because the ends often show nothing of the
 * gesture.
 */
function anyOfMiddleHalf(clips: Tensor): Tensor {
  const [n, , frames] = clips.shape as [number, number, number];
  const random = engineRandom();
  const [first, count] = [Math.floor(frames / 4), Math.max(1, Math.floor(frames / 2))];
  const one = (_: unknown, clip: number) =>
    clips.narrow(0, clip, 1).narrow(2, first + random.below(count), 1);
  return ops.cat(Array.from({ length: n }, one), 0);
}

/**
 * The temporal shift (Lin et al. 2019, https://arxiv.org/abs/1811.08383, ops/temporal_shift.py of its reference
 * implementation) in front of `net`: some channels are taken from the next frame and as many from the frame before, so
 * that a 2D convolution sees three frames at the cost of one. Frames `[N * T, C, H, W]` of N clips, T = `segments`.
 */
export class TemporalShift extends nn.Module {
  readonly net: nn.Module;

  /** @param division one `division`-th of the channels is shifted to the previous frame, another one to the next */
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
 * frame t - 1 and the others of its own. Beyond the ends of a clip there are zeros.
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
 * Puts a shift in front of the first convolution of every residual block ("residual shift": the shortcut passes the
 * frame unchanged).
 */
function insertShifts(backbone: Trunk, segments: number, division: number): void {
  for (const block of backbone.namedModules().values()) {
    if (block instanceof ResidualBlock)
      block.replaceFirst((conv) => new TemporalShift(conv, segments, division));
  }
}
