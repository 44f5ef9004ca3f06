// JPEGs in memory to updated weights through the loop of `kinora train`: ConvColumn6 on packed synthetic gestures, read once so
// that the kernel caches them; all cores decode. Prints clips/s and GPU utilisation. `node bench/gpu/jpegs.mjs [DEVICE] [CACHE]`.
import { effectiveConfig, preprocessSpec } from 'kinora';
import { readSplit, trainingLoader } from '../../packages/kinora/dist/data/splits.js';
import { silent } from '../../packages/kinora/dist/progress.js';
import { fresh } from '../../packages/kinora/dist/train/beginning.js';
import { trainLoop } from '../../packages/kinora/dist/train/loop.js';
import { noRunLog } from '../../packages/kinora/dist/train/run-log.js';
import { disposeTraining, newTraining, trainingClips } from '../../packages/kinora/dist/train/training.js';
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
    name: 'jpegs',
    model: 'ConvColumn6',
    trainList: index,
    augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
    frames: 18,
    batchSize: batch,
    workers,
    schedule: 'constant',
    maxSteps: 1, // and as many more as are asked for
    precision,
  });
  const list = longer(readSplit(config, 'train'), (warmUp + steps * 5) * batch);
  const spec = preprocessSpec(config, list.labels);
  const loader = trainingLoader(list, spec, config, ({ path, reason }) => {
    throw new Error(`${path}: ${reason}`);
  });
  const clips = trainingClips(list, undefined, loader.batchesPerEpoch);
  const training = newTraining(config, spec, /** @type {import('@kinora/torch').Device} */ (device), clips);
  const state = fresh();
  const train = (/** @type {number} */ count) => {
    const upTo = { ...training, config: { ...config, maxSteps: state.step + count } };
    const quiet = { log: noRunLog, progress: silent, save: () => undefined };
    return trainLoop(upTo, state, { trainLoader: loader, valLoader: undefined, ...quiet });
  };
  await train(Math.max(warmUp, Math.ceil(list.items.length / list.times / batch))); // about every clip once: the kernel holds them
  const start = performance.now();
  const { busy } = await watching(device, () => train(steps * 5));
  const seconds = (performance.now() - start) / 1000;
  await loader.close();
  disposeTraining(training);
  return { result: (steps * 5 * batch) / seconds, busy };
}

/**
 * Repeats the list until an epoch has at least this many clips: the pipeline drains between epochs, and epochs of real data are long.
 * @param {import('../../packages/kinora/dist/data/lists/clip-list.js').ClipList} list @param {number} clips
 */
function longer(list, clips) {
  const times = Math.ceil(clips / list.items.length);
  return { ...list, times, items: Array.from({ length: times }, () => list.items).flat() };
}
