/** The interface of networks for training, evaluation and export: from clips to logits and features. */
import { nn, type Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';

/** What a network computes for a batch of clips. */
export interface NetworkOutput {
  /** `[N, classes]`, unnormalised. */
  logits: Tensor;
  /** `[N, F]`: the input of the last linear layer; concatenated if there are several whose results are added. */
  features: Tensor;
  /**
   * Logits `[N, classes]` of streams with separate losses: the training loss is the mean of their losses, and `logits`
   * is only the fused prediction. Absent: the loss is that of `logits`.
   */
  streams?: readonly Tensor[];
}

/**
 * Takes normalised float32 clips `[N, 3, T, H, W]`. A network with `flow` also takes optical flow, float32
 * `[N, 2, FLOW_FIELDS, H, W]` in pixels per frame, x first.
 */
export abstract class Network extends nn.Module<[clips: Tensor, flow?: Tensor | undefined], NetworkOutput> {
  /** Whether it needs optical flow in addition to clips. */
  readonly flow: boolean = false;
}

/** One row of the registry. */
export interface NetworkEntry {
  readonly name: string;
  /** The heading in `kinora models`. */
  readonly family: string;
  /** One line for `kinora models`. */
  readonly summary: string;
  /** `[T, H, W]` that it was designed for. */
  readonly input: Size3;
  /** How its T frames are sampled from a video: one from each of T equal segments (TSN), or successive ones (default). */
  readonly sampling?: 'segments';
  /** Whether it needs optical flow in addition to frames; the same as `Network.flow`, without building the network. */
  readonly flow?: true;
  /** @param size `[T, H, W]` of the clips; throws if a layer would collapse */
  build(classes: number, size?: Size3): Network;
}
