// One clip of 18x84x84 through a network as `kinora predict` runs it, from bytes to logits. Prints milliseconds.

import { clipSize } from '@kinora/clip';
import { inferenceMode, scope } from '@kinora/torch';
import { networkInput } from 'kinora';
import { foldNorms } from '../../packages/kinora/dist/model/fold.js';
import { sizes } from '../sizes.mjs';
import { seconds, serve } from './serve.mjs';
import { makeTraining, randomClips } from './training.mjs';

const { network, spec } = makeTraining({ model: process.argv[2] ?? 'ConvColumn6' });
const { clips, shape } = randomClips(1, spec);
network.eval();
foldNorms(network, clipSize(spec));
const predict = () =>
  scope(() => inferenceMode(() => network.call(networkInput(clips, shape, spec)).logits.toTypedArray()));
const runs = () => {
  for (let i = 0; i < sizes.inferences; i++) predict();
};
await serve(async () => ((await seconds(runs)) / sizes.inferences) * 1000);
