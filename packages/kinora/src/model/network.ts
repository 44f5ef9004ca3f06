/** What every network is to training, evaluation and export: clips in, logits and features out. */
import { nn, type Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';

export interface NetworkOutput {
  /** `[N, classes]`, unnormalised. */
  logits: Tensor;
  /** `[N, F]`: the input of the last linear layer, or of several whose results are added, side by side. */
  features: Tensor;
  /**
   * Logits `[N, classes]` of streams that learn by themselves: the training loss is the mean of theirs, and `logits` is
   * only what they say together. Absent: the loss is that of `logits`.
   */
  streams?: readonly Tensor[];
}

/**
 * Takes normalised float32 clips `[N, 3, T, H, W]`. A network with `flow` also takes optical flow, float32
 * `[N, 2, FLOW_FIELDS, H, W]` in pixels a frame, x first.
 */
export abstract class Network extends nn.Module<[clips: Tensor, flow?: Tensor | undefined], NetworkOutput> {
  /** Whether it needs optical flow beside the clips. */
  readonly flow: boolean = false;
}

/** One row of the registry. */
export interface NetworkEntry {
  readonly name: string;
  /** Networks of one idea: the heading in `kinora models`. */
  readonly family: string;
  /** One line for `kinora models`. */
  readonly summary: string;
  /** `[T, H, W]` it was designed for. */
  readonly input: Size3;
  /** How a video becomes its T frames: one from each of T equal segments (TSN), or, by default, successive ones. */
  readonly sampling?: 'segments';
  /** Whether it wants optical flow besides the frames; as `Network.flow`, without building one. */
  readonly flow?: true;
  /** @param size `[T, H, W]` of the clips; throws where a layer would collapse */
  build(classes: number, size?: Size3): Network;
}
