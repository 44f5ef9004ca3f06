// One epoch of the demo's network from JPEG folders to updated weights, on all cores. Prints clips/s.
import { effectiveConfig, preprocessSpec } from 'kinora';
import { readSplit, trainingLoader } from '../../packages/kinora/dist/data/splits.js';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { newTraining, trainingClips } from '../../packages/kinora/dist/train/training.js';
import { sizes } from '../sizes.mjs';
import { demoOn } from './demo-data.mjs';
import { seconds, serve } from './serve.mjs';

const config = effectiveConfig({ ...demoOn(process.argv[2] ?? ''), batchSize: sizes.epochBatch });
const list = readSplit(config, 'train');
const spec = preprocessSpec(config, list.labels);
const loader = trainingLoader(list, spec, config, ({ path, reason }) => {
  throw new Error(`${path}: ${reason}`);
});
const training = newTraining(config, spec, 'cpu', trainingClips(list, undefined, loader.batchesPerEpoch));
training.network.train();
let epoch = 0;
const train = async () => {
  for await (const batch of loader.epoch(epoch++))
    trainStep(training.network, training.optimizer, batch, training.settings);
};
const clips = loader.batchesPerEpoch * config.batchSize;
await serve(
  async () => clips / (await seconds(train)),
  () => loader.close(),
);
