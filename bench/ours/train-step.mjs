// Training steps of ConvColumn6, or of MobileNet3DSmall with `mobile`, as `kinora train` runs them: from the bytes of clips of
// 18x84x84 to updated weights. Prints clips/s; with `memory`, the peak of resident memory during a step in MiB.
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { sizes } from '../sizes.mjs';
import { peakMemory } from './peak-memory.mjs';
import { seconds, serve } from './serve.mjs';
import { makeTraining, randomClips } from './training.mjs';

const training = makeTraining({
  model: process.argv.includes('mobile') ? 'MobileNet3DSmall' : 'ConvColumn6',
});
const batch = randomClips(sizes.step, training.spec);
training.network.train(sizes.step > 1); // batch norm of vectors needs several clips
const step = () => void trainStep(training, batch);
await serve(
  process.argv[2] === 'memory' ? () => peakMemory(step) : async () => sizes.step / (await seconds(step)),
);
