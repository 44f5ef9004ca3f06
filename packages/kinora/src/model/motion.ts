/**
 * Removes what stands still: the mean over time is subtracted from every pixel, as background subtraction does, so
 * that room, clothes and face vanish and a network learns from few clips what moves.
 */
import { nn, type Tensor } from '@kinora/torch';

/** `[N, C, T, H, W]` to the same shape; without parameters. A clip of one frame becomes zero. */
export class Motion extends nn.Module {
  forward(clips: Tensor): Tensor {
    return clips.sub(clips.mean([2], true));
  }
}
