// A network with its optimizer on a device, created as `kinora train` creates them, and clips of random bytes in memory.
import { cuda } from '@kinora/torch';
import { effectiveConfig } from 'kinora';
import { findNetwork } from '../../packages/kinora/dist/model/registry.js';
import { trainingClips } from '../../packages/kinora/dist/train/clips.js';
import { Training } from '../../packages/kinora/dist/train/training.js';

export { randomClips } from '../ours/training.mjs';

const CLASSES = 27;

/** In training mode. @param {string} device @param {Partial<import('kinora').RunConfigInput> & { model: string }} input */
export function makeOn(device, input) {
  if (device !== 'cpu' && !cuda.isAvailable()) {
    console.error('no CUDA device here: this needs a libtorch with CUDA, and a GPU');
    process.exit(2);
  }
  const [frames, crop] = findNetwork(input.model).input;
  const config = effectiveConfig({ name: 'gpu', frames, crop, ...input });
  const labels = Array.from({ length: CLASSES }, (_, i) => `gesture ${i}`);
  const training = new Training(trainingClips(config, { items: [], labels, dropped: 0 }), {
    stepsPerEpoch: 1000,
    device: /** @type {import('@kinora/torch').Device} */ (device),
  });
  training.network.train();
  return training;
}
