/** Pads clips in time by standing still: the first and the last frame are repeated, as a still video would go on. */
import { nn, ops, type Tensor } from '@kinora/torch';

/** `[N, C, T, H, W]` to `[N, C, T + 2 frames, H, W]`. */
export class EdgePad extends nn.Module {
  constructor(readonly frames: number) {
    super();
  }

  forward(clips: Tensor): Tensor {
    const last = clips.shape[2]! - 1;
    const edge = (frame: Tensor) => Array.from({ length: this.frames }, () => frame);
    return ops.cat([...edge(clips.narrow(2, 0, 1)), clips, ...edge(clips.narrow(2, last, 1))], 2);
  }
}
