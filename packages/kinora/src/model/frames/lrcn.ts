/**
 * Long-term Recurrent Convolutional Networks (Donahue et al. 2015, https://arxiv.org/abs/1411.4389): a 2D CNN per frame
 * and an LSTM over time. The paper averages the logits of all steps; the last step alone has seen the whole clip.
 */
import { nn, type Tensor } from '@kinora/torch';
import type { NetworkOutput } from '../network.js';
import { FrameNetwork, type FrameTable } from './frame-network.js';

export interface LrcnTable extends FrameTable {
  /** Width of the LSTM. */
  readonly hidden: number;
  /** Which steps count: the mean of all logits, or those of the last step. */
  readonly steps: 'mean' | 'last';
}

export class Lrcn extends FrameNetwork<LrcnTable> {
  readonly lstm: nn.LSTM;
  readonly new_fc: nn.Linear;

  constructor(table: LrcnTable, classes: number) {
    super(table);
    this.lstm = new nn.LSTM(this.base_model.features, table.hidden, { batchFirst: true });
    this.new_fc = new nn.Linear(table.hidden, classes);
  }

  /** Any number of steps. */
  protected checkFrames(): void {}

  protected decide(sequence: Tensor): NetworkOutput {
    const [states] = this.lstm.call(sequence);
    const deciding = this.table.steps === 'mean' ? states : states.narrow(1, states.shape[1]! - 1, 1);
    const hidden = this.dropout.call(deciding);
    return { logits: this.new_fc.call(hidden).mean([1]), features: hidden.mean([1]) };
  }
}
