/** Prepares networks for inference by folding batch norms into the layers before them (see `nn.foldNorms`). */
import { nn } from '@kinora/torch';
import { zeroInputs } from './input.js';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

/** @param size `[T, H, W]` of the clips. Returns the number of folded norms. */
export const foldNorms = (network: Network, size: Size3): number =>
  nn.foldNorms(network, () => network.call(...zeroInputs(network, size, { device: deviceOf(network) })));

const deviceOf = (network: Network): string => network.parameters()[0]!.device;
