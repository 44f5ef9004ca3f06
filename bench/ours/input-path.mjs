// JPEG folders to augmented batches as `kinora train` reads them, in one thread on one core. Prints clips a second.
import { effectiveConfig, preprocessSpec } from 'kinora';
import { readSplit, trainingLoader } from '../../packages/kinora/dist/train/data.js';
import { demoOn } from './demo-data.mjs';
import { seconds, serve } from './serve.mjs';

const [BATCH, BATCHES] = [16, 4];

const config = effectiveConfig({ ...demoOn(process.argv[2] ?? ''), batch_size: BATCH, num_workers: 0 });
const list = readSplit(config, 'train');
const loader = trainingLoader(list, preprocessSpec(config, list.labels), config, ({ path, reason }) => {
  throw new Error(`${path}: ${reason}`);
});

async function* batches() {
  for (let epoch = 0; ; epoch++) yield* loader.epoch(epoch);
}
const stream = batches();
const read = async () => {
  for (let i = 0; i < BATCHES; i++) await stream.next();
};
await serve(
  async () => (BATCH * BATCHES) / (await seconds(read)),
  () => loader.close(),
);
