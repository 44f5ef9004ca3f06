// One epoch of the full demo's network from JPEG folders to updated weights, on all cores. Prints clips/s.
import { effectiveConfig } from 'kinora';
import { openLoaders, readClips } from '../../packages/kinora/dist/train/clips.js';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { Training } from '../../packages/kinora/dist/train/training.js';
import { sizes } from '../sizes.mjs';
import { demoOn } from './demo-data.mjs';
import { seconds, serve } from './serve.mjs';

const config = effectiveConfig({ ...demoOn(process.argv[2] ?? ''), batchSize: sizes.epochBatch });
const gathered = readClips(config);
const loader = openLoaders(gathered, {
  onBadClip: ({ path, reason }) => {
    throw new Error(`${path}: ${reason}`);
  },
}).train;
const training = new Training(gathered, { stepsPerEpoch: loader.batchesPerEpoch });
training.network.train();
let epoch = 0;
const train = async () => {
  for await (const batch of loader.epoch(epoch++)) trainStep(training, batch);
};
const clips = loader.batchesPerEpoch * config.batchSize;
await serve(
  async () => clips / (await seconds(train)),
  () => loader.close(),
);
