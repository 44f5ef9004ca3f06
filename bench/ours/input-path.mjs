// JPEG folders to augmented batches as `kinora train` reads them, in one thread on one core. Prints clips/s.
import { effectiveConfig, preprocessSpec } from 'kinora';
import { readSplit, trainingLoader } from '../../packages/kinora/dist/data/splits.js';
import { sizes } from '../sizes.mjs';
import { demoOn } from './demo-data.mjs';
import { seconds, serve } from './serve.mjs';

const config = effectiveConfig({ ...demoOn(process.argv[2] ?? ''), batchSize: sizes.batch, workers: 0 });
const list = readSplit(config, 'train');
const loader = trainingLoader(list, preprocessSpec(config, list.labels), config, ({ path, reason }) => {
  throw new Error(`${path}: ${reason}`);
});

async function* batches() {
  for (let epoch = 0; ; epoch++) yield* loader.epoch(epoch);
}
const stream = batches();
const read = async () => {
  for (let i = 0; i < sizes.batches; i++) await stream.next();
};
await serve(
  async () => (sizes.batch * sizes.batches) / (await seconds(read)),
  () => loader.close(),
);
