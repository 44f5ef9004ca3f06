/**
 * Temporal Relation Networks (Zhou et al. 2018, https://arxiv.org/abs/1711.08496): a 2D CNN per frame, and relations
 * between frames at one or at multiple scales. Names of layers are those of the reference implementation.
 */
import { nn, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import type { NetworkOutput } from '../network.js';
import { FrameNetwork, type FrameTable, wrongFrames } from './frame-network.js';
import { MultiScale, SingleScale } from './relation.js';

export interface TrnTable extends FrameTable {
  readonly scales: 'single' | 'multiple';
  /** Width to which a frame's features are brought before they are related (`img_feature_dim`). */
  readonly features: number;
  /** Hidden width of a relation. */
  readonly bottleneck: number;
}

/** Tuples of a length that are related in one pass (`subsample_num`). */
const TUPLES = 3;

export class Trn extends FrameNetwork<TrnTable> {
  readonly new_fc: nn.Linear;
  readonly consensus: SingleScale | MultiScale;
  readonly frames: number;

  constructor(table: TrnTable, classes: number, [frames]: Size3 = table.input) {
    checkEnough(frames, table);
    super(table);
    const { features, bottleneck, scales } = table;
    const options = { features, frames, bottleneck, classes };
    this.frames = frames;
    this.new_fc = new nn.Linear(this.base_model.features, features);
    this.consensus = scales === 'single' ? new SingleScale(options) : new MultiScale(options, TUPLES);
  }

  protected checkFrames(frames: number): void {
    if (frames === this.frames) return;
    const expected = `${this.frames} frames, for which its relations were built`;
    throw wrongFrames(this.table.name, expected, frames, `build it for ${frames} frames`);
  }

  protected decide(sequence: Tensor): NetworkOutput {
    const { logits, hidden } = this.consensus.call(this.new_fc.call(sequence));
    return { logits, features: hidden };
  }
}

/** Before anything is built, which would have to be freed again. */
function checkEnough(frames: number, { name, input }: TrnTable): void {
  const fitting = [2, ...input.slice(1)].join('x');
  if (frames < 2)
    throw wrongFrames(name, 'at least 2 frames, to relate them', frames, `clips of ${fitting} fit`);
}
