/** In which order an epoch visits the clips. */
import { permutation, randomStream } from '../clip/random.js';

/** Names the stream of the order among those of the clips, whose second part is the clip's index. */
const ORDER = 0xffffffff;

/** Positions in the list, uint32 `[clips]`: shuffled by (seed, epoch), or as they stand without a seed. */
export function epochOrder(clips: number, epoch: number, seed?: number): Uint32Array {
  if (seed === undefined) return Uint32Array.from({ length: clips }, (_, i) => i);
  return permutation(clips, randomStream(seed, epoch, ORDER));
}

/** Batches an epoch has. */
export function batchCount(clips: number, batchSize: number, dropLast: boolean): number {
  return dropLast ? Math.floor(clips / batchSize) : Math.ceil(clips / batchSize);
}
