/**
 * Networks that classify each frame and average the verdicts: Temporal Segment Networks (Wang et al. 2016,
 * https://arxiv.org/abs/1608.00859), the same with temporal shifts in the CNN (TSM), and the single frame, which is
 * the average over one. Names of layers are those of TSM's reference implementation.
 */
import { nn, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import type { NetworkOutput } from '../network.js';
import { FrameNetwork, type FrameTable, wrongFrames } from './frame-network.js';
import { insertShifts } from './temporal-shift.js';

export interface ConsensusTable extends FrameTable {
  /** Evaluate the middle frame alone. It is trained as the average is: each frame of a clip teaches the CNN. */
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
    const { single } = this.table;
    const middle = Math.floor(clips.shape[2]! / 2);
    return super.encode(single === true && !this.training ? clips.narrow(2, middle, 1) : clips);
  }

  protected decide(sequence: Tensor): NetworkOutput {
    return { logits: this.new_fc.call(sequence).mean([1]), features: sequence.mean([1]) };
  }
}
