// Runs two training steps of several networks on the CPU and on another device, from the same weights and clips. Loss and logits
// must agree. ConvColumn6 runs twice in deterministic mode and must agree bit for bit. `node bench/gpu/parity.mjs [DEVICE]`, by default cuda:0.
// Exits with code 1 if they do not.
import { cuda } from '@kinora/torch';
import { effectiveConfig, findNetwork } from 'kinora';
import { trainingClips } from '../../packages/kinora/dist/train/clips.js';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { Training } from '../../packages/kinora/dist/train/training.js';
import { randomClips } from '../ours/training.mjs';

const NETWORKS = ['ConvColumn6', 'ConvColumnSmall', 'ResNet3DSmall', 'R2Plus1DSmall', 'MobileNet3DSmall'];
/** Largest difference of logits, relative to the largest logit: float32 sums in a different order, through ten layers. */
const TOLERANCE = 1e-3;

const [device = 'cuda:0'] = process.argv.slice(2);
if (device !== 'cpu' && !cuda.isAvailable()) {
  console.error('no CUDA device here: this needs a libtorch with CUDA, and a GPU');
  process.exit(2);
}
let failed = 0;
for (const model of NETWORKS) {
  const [here, there] = [step(model, 'cpu'), step(model, device)];
  const largest = Math.max(...here.logits.map(Math.abs));
  const difference = Math.max(
    ...here.logits.map((value, i) => Math.abs(value - (there.logits[i] ?? Number.NaN))),
  );
  const share = difference / largest;
  const agrees = share < TOLERANCE;
  if (!agrees) failed++;
  console.log(
    `${model}: loss ${here.loss.toFixed(5)} on cpu, ${there.loss.toFixed(5)} on ${device}; logits differ by ${share.toExponential(1)}${agrees ? '' : ': DISAGREES'}`,
  );
}
const [once, again] = [1, 2].map(() => step('ConvColumn6', device, true));
const same = once?.loss === again?.loss && String(once?.logits) === String(again?.logits);
if (!same) failed++;
console.log(`ConvColumn6 twice, deterministic: ${same ? 'the same bits' : 'other bits: DISAGREES'}`);
process.exit(failed === 0 ? 0 : 1);

/**
 * Two steps without dropout: the second shows the effect of the first one's gradients.
 * @param {string} model @param {string} on @param {boolean} [deterministic]
 */
function step(model, on, deterministic = false) {
  const { input } = findNetwork(model);
  const config = effectiveConfig({
    name: 'parity',
    model,
    frames: input[0],
    crop: input[1],
    dropout: 0,
    tf32: false,
    cudnnBenchmark: false,
    deterministic,
    optimizer: 'sgd',
  });
  const labels = Array.from({ length: 27 }, (_, i) => `gesture ${i}`);
  const training = new Training(trainingClips(config, { items: [], labels, dropped: 0 }), {
    stepsPerEpoch: 1000,
    device: on,
  });
  training.network.train();
  const batch = randomClips(4, training.spec);
  trainStep(training, batch);
  const result = trainStep(training, batch);
  training.dispose();
  return result;
}
