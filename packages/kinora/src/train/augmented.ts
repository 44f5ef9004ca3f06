/** An augmentation of the user's own: a function of decoded clips, applied between the loader and the network. */
import { type Frames, frameBytes, type Random, randomStream } from '@kinora/clip';
import type { Batch, ClipLoader } from '../data/load/loader.js';

/**
 * Changes one training clip in place: uint8 RGB `[T, H, W, 3]`, already cropped to the network's input. Whatever is drawn
 * must come from `random`. It runs on the thread that trains, so keep it cheap: it is called for every clip. Optical flow
 * does not follow it: with two-stream networks, change colours only.
 */
export type ClipAugmentation = (clip: Frames, random: Random) => void;

/** The batches of `loader`, changed; what is drawn depends on seed, epoch, clip and batch alone. */
export function augmented(loader: ClipLoader, augment: ClipAugmentation, seed: number): ClipLoader {
  return {
    clips: loader.clips,
    batchesPerEpoch: loader.batchesPerEpoch,
    workers: loader.workers,
    get badClips() {
      return loader.badClips;
    },
    countBad: (clip) => loader.countBad(clip),
    close: () => loader.close(),
    async *epoch(epoch, options) {
      for await (const batch of loader.epoch(epoch, options)) {
        augmentBatch(batch, augment, seed);
        yield batch;
      }
    },
  };
}

/** Streams that start from the top are none of those that the loader draws from: it counts its own from 0. */
const LAST_PURPOSE = 2 ** 32 - 1;

function augmentBatch(
  { clips, shape, indices, epoch, number }: Batch,
  augment: ClipAugmentation,
  seed: number,
) {
  const [, count, height, width] = shape;
  const bytes = frameBytes(height, width, count);
  for (const [i, index] of indices.entries()) {
    const data = clips.subarray(i * bytes, (i + 1) * bytes);
    augment({ data, count, height, width }, randomStream(seed, epoch, index, LAST_PURPOSE - number));
  }
}
