// From JPEGs in memory to updated weights: ConvColumn6 on synthetic gestures, packed, and read once so that the kernel holds
// them; all cores decode. Prints clips a second and how busy the GPU was. `node bench/gpu/jpegs.mjs [DEVICE] [CACHE]`.
import { cuda } from '@kinora/torch';
import { effectiveConfig, preprocessSpec } from 'kinora';
import { readSplit, trainingLoader } from '../../packages/kinora/dist/train/data.js';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { newTraining, trainingClips } from '../../packages/kinora/dist/train/training.js';
import { sizes } from '../sizes.mjs';
import { watching } from './busy.mjs';
import { gestures, packed } from './gestures.mjs';

const [device = 'cuda:0', cache = '.cache/gpu'] = process.argv.slice(2);
const { batch, warmUp, steps, workers } = sizes.gpu;
const { lists } = await gestures(cache);
const index = await packed(cache);

console.log('| Kinora | clips/s | GPU busy |\n|---|---:|---:|');
for (const precision of /** @type {const} */ (['float32', 'bf16'])) {
  const { result, busy } = await rate(precision);
  const share = busy === undefined ? 'not measured' : `${busy.toFixed(1)} %`;
  console.log(`| ${precision} | ${result.toPrecision(4)} | ${share} |`);
}

/** @param {'float32' | 'bf16'} precision */
async function rate(precision) {
  const config = effectiveConfig({
    ...lists,
    model_name: 'jpegs',
    model: 'ConvColumn6',
    train_data_csv: index,
    augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
    clip_size: 18,
    batch_size: batch,
    num_workers: workers,
    precision,
  });
  const list = readSplit(config, 'train');
  const spec = preprocessSpec(config, list.labels);
  const loader = trainingLoader(list, spec, config, ({ path, reason }) => {
    throw new Error(`${path}: ${reason}`);
  });
  const clips = trainingClips(list, undefined, loader.batchesPerEpoch);
  const on = /** @type {import('@kinora/torch').Device} */ (device);
  const { network, optimizer, settings } = newTraining(config, spec, on, clips);
  network.train();
  const batches = endless(loader);
  const train = async (/** @type {number} */ count) => {
    for (let step = 0; step < count; step++) {
      const { value } = await batches.next();
      if (value) trainStep(network, optimizer, value, settings);
    }
    cuda.synchronize(on);
  };
  await train(Math.max(warmUp, loader.batchesPerEpoch)); // every clip once: now the kernel holds them
  const start = performance.now();
  const { busy } = await watching(device, () => train(steps * 5));
  const seconds = (performance.now() - start) / 1000;
  await batches.return();
  await loader.close();
  optimizer.dispose();
  network.dispose();
  return { result: (steps * 5 * batch) / seconds, busy };
}

/** @param {import('../../packages/kinora/dist/data/load/loader.js').ClipLoader} loader */
async function* endless(loader) {
  for (let epoch = 0; ; epoch++) yield* loader.epoch(epoch);
}
