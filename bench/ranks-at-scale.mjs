// Estimates the efficiency of training on 8 and 64 GPUs: `node bench/ranks-at-scale.mjs`. A calculation, not a measurement. All
// assumptions are in bench/sending.mjs; bench/ranks.mjs measures the part that two processes on one machine can show.

import { assumed, sendingBytes, sendingSums } from './sending.mjs';

/** Seconds of a step on one GPU without waiting; a third of it is forward. */
const STEPS = [0.025, 0.1];
/** 4 bytes each. */
const PARAMETERS = { ConvColumnSmall: 849_339, ConvColumn6: 3_886_883, ResNet3D_18: 33_200_000 };

/** @param {number} bytes */
function lastBucket(bytes) {
  const { first, others } = assumed.buckets;
  return bytes <= first ? bytes : Math.min(bytes - first, others);
}

/** @param {number} gpus @param {number} parameters @param {number} step */
function efficiency(gpus, parameters, step) {
  const sending = sendingBytes(gpus, 4 * parameters);
  const exposed = sendingBytes(gpus, lastBucket(4 * parameters));
  const sums = sendingSums(gpus);
  const backward = (2 / 3) * step;
  return {
    hidden: step / (step + Math.max(exposed, sending - backward) + sums),
    bare: step / (step + sending + sums),
  };
}

const percent = (/** @type {number} */ share) => `${Math.floor(1000 * share) / 10} %`;
console.log(
  '| network | step on one GPU | GPUs | backward hides all but the last bucket | nothing hidden |\n|---|---:|---:|---:|---:|',
);
for (const [name, parameters] of Object.entries(PARAMETERS))
  for (const step of STEPS)
    for (const gpus of [8, 64]) {
      const { hidden, bare } = efficiency(gpus, parameters, step);
      console.log(`| ${name} | ${1000 * step} ms | ${gpus} | ${percent(hidden)} | ${percent(bare)} |`);
    }
