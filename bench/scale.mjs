// Measures the rate of training steps for different numbers of cores, batch sizes and clip sizes. Each row is the best step of
// several rounds, all rows in turns, which approximates a machine without other load. `node bench/scale.mjs`.
import { threads } from '@kinora/torch';
import { Command } from 'commander';
import { trainStep } from '../packages/kinora/dist/train/step.js';
import { flagsOf } from './flags.mjs';
import { makeTraining, randomClips } from './ours/training.mjs';

const ROUNDS = 5;
const STEPS = 3;
const MODEL = 'ConvColumnSmall';
/** @type {readonly [what: string, cores: number, clips: number, frames: number, edge: number][]} */
const rows = [
  ['one core', 1, 16, 16, 84],
  ['two cores', 2, 16, 16, 84],
  ['a quarter of the batch', 2, 4, 16, 84],
  ['twice the batch', 2, 32, 16, 84],
  ['half the frames', 2, 16, 8, 84],
  ['twice the frames', 2, 16, 32, 84],
  ['twice the pixels', 2, 16, 16, 120],
];

await flagsOf(
  new Command('bench/scale.mjs').description(
    'Measure the rate of training steps for different numbers of cores, batch sizes and clip sizes.',
  ),
);
console.log(`| ${MODEL} | cores | batch | clip | clips/s of training steps | frames/s |`);
console.log('|---|---:|---:|---:|---:|---:|');
const best = rows.map(() => Number.POSITIVE_INFINITY);
for (let round = 0; round < ROUNDS; round++)
  for (const [i, [, cores, clips, frames, edge]] of rows.entries())
    best[i] = Math.min(/** @type {number} */ (best[i]), step(cores, clips, frames, edge));
for (const [i, [what, cores, clips, frames, edge]] of rows.entries()) {
  const rate = clips / /** @type {number} */ (best[i]);
  console.log(
    `| ${what} | ${cores} | ${clips} | ${frames}x${edge}x${edge} | ${rate.toFixed(1)} | ${(rate * frames).toFixed(0)} |`,
  );
}

/**
 * Seconds of the fastest step after a warm-up step. @type {(cores: number, clips: number, frames: number, edge: number)
 * => number}
 */
function step(cores, clips, frames, edge) {
  const config = { model: MODEL, frames, crop: edge };
  const training = makeTraining(config, cores);
  threads.set(cores);
  const batch = randomClips(clips, training.spec);
  training.network.train();
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= STEPS; run++) {
    const start = performance.now();
    trainStep(training, batch);
    if (run > 0) least = Math.min(least, performance.now() - start);
  }
  training.dispose();
  return least / 1000;
}
