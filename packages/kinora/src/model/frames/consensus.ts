/**
 * Networks that classify each frame and average the verdicts: Temporal Segment Networks (Wang et al. 2016,
 * https://arxiv.org/abs/1608.00859), the same with temporal shifts in the CNN (TSM), and the single frame, which is
 * the average over one. Names of layers are those of TSM's reference implementation.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import type { NetworkOutput } from '../network.js';
import { FrameNetwork, type FrameTable, wrongFrames } from './frame-network.js';
import { engineRandom } from './random.js';
import { insertShifts } from './temporal-shift.js';

export interface ConsensusTable extends FrameTable {
  /** Look at one frame of a clip alone: the middle one, in training any of the middle half. */
  readonly single?: boolean;
  /** One `shift`-th of the channels moves in each direction of time; none by default. */
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

/** The same, with a frame of its own drawn for each clip. Towards the ends of a clip often nothing is shown yet or any more. */
function anyOfMiddleHalf(clips: Tensor): Tensor {
  const [n, , frames] = clips.shape as [number, number, number];
  const random = engineRandom();
  const [first, count] = [Math.floor(frames / 4), Math.max(1, Math.floor(frames / 2))];
  const one = (_: unknown, clip: number) =>
    clips.narrow(0, clip, 1).narrow(2, first + random.below(count), 1);
  return ops.cat(Array.from({ length: n }, one), 0);
}
