// JPEGs in memory to updated weights through the loop of `kinora train`: ConvColumn6 on packed synthetic gestures, read once so
// that the kernel caches them; all cores decode. Prints clips/s and GPU utilisation. `node bench/gpu/jpegs.mjs [DEVICE] [CACHE]`.
import { effectiveConfig } from 'kinora';
import { readSplit } from '../../packages/kinora/dist/data/splits.js';
import { closeLoaders, openLoaders, trainingClips } from '../../packages/kinora/dist/train/clips.js';
import { TrainingLoop } from '../../packages/kinora/dist/train/loop.js';
import { noWriter } from '../../packages/kinora/dist/train/run-writer.js';
import { Training } from '../../packages/kinora/dist/train/training.js';
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
  const once = effectiveConfig({
    ...lists,
    name: 'jpegs',
    model: 'ConvColumn6',
    trainList: index,
    augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
    frames: 18,
    batchSize: batch,
    workers,
    schedule: 'constant',
    maxSteps: 1,
    precision,
  });
  const list = readSplit(once, 'train');
  const cold = Math.max(warmUp, Math.ceil(list.items.length / batch)); // about every clip once: the kernel holds them
  const timed = steps * 5;
  const config = { ...once, maxSteps: cold + timed };
  const clips = trainingClips(config, longer(list, (cold + timed) * batch));
  const loaders = openLoaders(clips, {
    onBadClip: ({ path, reason }) => {
      throw new Error(`${path}: ${reason}`);
    },
  });
  const training = new Training(clips, {
    stepsPerEpoch: loaders.train.batchesPerEpoch,
    device: /** @type {import('@kinora/torch').Device} */ (device),
  });
  /** @type {Promise<void>} */
  let whole = Promise.resolve();
  await new Promise((resolve, reject) => {
    const step = (/** @type {{ step: number }} */ { step }) => void (step === cold && resolve(step));
    whole = new TrainingLoop(training, loaders, { ...noWriter, step }).run();
    whole.catch(reject);
  });
  const start = performance.now();
  const { busy } = await watching(device, () => whole);
  const seconds = (performance.now() - start) / 1000;
  await closeLoaders(loaders);
  training.dispose();
  return { result: (timed * batch) / seconds, busy };
}

/**
 * Repeats the list until an epoch has at least this many clips: the pipeline drains between epochs, and epochs of real data are long.
 * @param {import('../../packages/kinora/dist/data/lists/clip-list.js').ClipList} list @param {number} clips
 */
function longer(list, clips) {
  const times = Math.ceil(clips / list.items.length);
  return { ...list, items: Array.from({ length: times }, () => list.items).flat() };
}
