// Clips a second of training steps on a GPU, from bytes in memory to updated weights, in each precision.
// `node bench/gpu/rates.mjs [NETWORK] [CLIPS]`.
import { cuda } from '@kinora/torch';
import { effectiveConfig, findNetwork, preprocessSpec } from 'kinora';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { newTraining, trainingClips } from '../../packages/kinora/dist/train/training.js';
import { randomClips } from '../ours/training.mjs';

const [WARM_UP, STEPS] = [10, 30];
const [model = 'ConvColumn6', count = '100'] = process.argv.slice(2);
if (!cuda.isAvailable()) {
  console.error('no CUDA device here: this needs a libtorch with CUDA, and a GPU');
  process.exit(2);
}
console.log('| Kinora | clips/s |\n|---|---:|');
for (const [name, precision, tf32] of /** @type {const} */ ([
  ['float32', 'float32', false],
  ['TF32', 'float32', true],
  ['bf16', 'bf16', true],
  ['fp16', 'fp16', true],
]))
  console.log(`| ${name} | ${rate({ precision, tf32 }).toFixed(0)} |`);

/** @param {import('kinora').RunConfigInput} changes */
function rate(changes) {
  const [frames, crop] = findNetwork(model).input;
  const config = effectiveConfig({ model_name: 'rates', model, clip_size: frames, crop, ...changes });
  const spec = preprocessSpec(
    config,
    Array.from({ length: 27 }, (_, i) => `gesture ${i}`),
  );
  const clips = trainingClips({ items: [], labels: spec.labels, dropped: 0 }, undefined, 1000);
  const { network, optimizer, settings } = newTraining(config, spec, 'cuda:0', clips);
  network.train();
  const batch = randomClips(Number(count), spec);
  let start = 0;
  for (let step = 0; step < WARM_UP + STEPS; step++) {
    if (step === WARM_UP) {
      cuda.synchronize();
      start = performance.now();
    }
    trainStep(network, optimizer, batch, settings);
  }
  cuda.synchronize();
  const seconds = (performance.now() - start) / 1000;
  optimizer.dispose();
  network.dispose();
  return (STEPS * Number(count)) / seconds;
}
