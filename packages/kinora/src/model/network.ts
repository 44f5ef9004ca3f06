/** What every network is to training, evaluation and export: clips in, logits and features out. */
import { nn, type Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';

export interface NetworkOutput {
  /** `[N, classes]`, unnormalised. */
  logits: Tensor;
  /** `[N, F]`: the input of the last linear layer, or of several whose results are added, side by side. */
  features: Tensor;
}

/** Takes normalised float32 clips `[N, 3, T, H, W]`. */
export abstract class Network extends nn.Module<[clips: Tensor], NetworkOutput> {}

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
  /** Whether it wants optical flow besides the frames. */
  readonly flow?: true;
  /** @param size `[T, H, W]` of the clips; throws where a layer would collapse */
  build(classes: number, size?: Size3): Network;
}
