// Shared by the sides that train or predict: a network with its optimizer, created as `kinora train` creates them, and clips
// of random bytes in memory.
import { threads } from '@kinora/torch';
import { effectiveConfig } from 'kinora';
import { trainingClips } from '../../packages/kinora/dist/train/clips.js';
import { Training } from '../../packages/kinora/dist/train/training.js';
import { sizes } from '../sizes.mjs';

const CLASSES = 27;

/** @param {import('kinora').RunConfigInput} input @param {number} cores */
export function makeTraining(input, cores = sizes.threads) {
  threads.set(cores);
  const config = effectiveConfig({ name: 'bench', threads: cores, ...input });
  const labels = Array.from({ length: CLASSES }, (_, i) => `gesture ${i}`);
  return new Training(trainingClips(config, { items: [], labels, dropped: 0 }), { stepsPerEpoch: 1000 });
}

/**
 * uint8 `[N, T, H, W, 3]` with labels: the same bytes every time.
 * @param {number} count @param {import('kinora').PreprocessSpec} spec
 */
export function randomClips(count, { frames, crop, labels }) {
  const shape = /** @type {const} */ ([count, frames, crop.height, crop.width]);
  const clips = Uint8Array.from(
    { length: shape.reduce((a, b) => a * b) * 3 },
    (_, i) => (i * 2654435761) >>> 24,
  );
  const classes = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7) % labels.length));
  return { clips, shape, labels: classes, epoch: 0, number: 0 };
}
