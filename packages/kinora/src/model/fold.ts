/** Networks made ready for inference: batch norms folded into the layers before them, as `nn.foldNorms` says. */
import { nn } from '@kinora/torch';
import { zeroInputs } from './input.js';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

/** @param size `[T, H, W]` of the clips. Returns how many norms are folded. */
export const foldNorms = (network: Network, size: Size3): number =>
  nn.foldNorms(network, () => network.call(...zeroInputs(network, size, { device: deviceOf(network) })));

const deviceOf = (network: Network): string => network.parameters()[0]!.device;
