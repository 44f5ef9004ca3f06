// The floor of a step of ConvColumn6: how long its arithmetic takes at this machine's rate and its feature maps at this
// machine's bandwidth, next to the measured time of the step. `node bench/floor.mjs [NETWORK] [CLIPS] [--by-layers]`.
import { inferenceMode, ops, scope } from '@kinora/torch';
import { Command } from 'commander';
import { entryCost, findNetwork, networkInput } from 'kinora';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { trainStep } from '../packages/kinora/dist/train/step.js';
import { flagsOf } from './flags.mjs';
import { makeTraining, randomClips } from './ours/training.mjs';

/** Large enough to reach the processor's full rate and exceed its caches. */
const [SIDE, BYTES] = [2048, 2 ** 28];
const RUNS = 7;

const command = new Command('bench/floor.mjs')
  .description("Compare a step of a network with this machine's limits: arithmetic and memory bandwidth.")
  .argument('[network]', 'a network from `kinora models`', 'ConvColumn6')
  .argument('[clips]', 'clips per step', positiveInt, 8)
  .option('--by-layers', 'count the maps of each layer separately, as on a GPU');
const {
  options: { byLayers = false },
} = await flagsOf(command);
const [model, clips] = command.processedArgs;
const training = makeTraining({ model });
const { network, spec } = training;
const batch = randomClips(clips, spec);

const flops = (2 * SIDE ** 3) / best(multiply());
const bandwidth = (2 * BYTES) / best(copy());
const cost = entryCost(findNetwork(model), spec.labels.length);
const [learnt, seen] = [traffic(cost, 'train'), traffic(cost, 'eval')];
network.train();
const step = best(() => void trainStep(training, batch));
network.eval();
const one = randomClips(1, spec);
const predict = best(() =>
  scope(() =>
    inferenceMode(() => network.call(networkInput(one.clips, one.shape, spec)).logits.toTypedArray()),
  ),
);
console.log(`float32 products of ${SIDE}x${SIDE} matrices: ${giga(flops)} GFLOP/s; copies of ${BYTES / 2 ** 20} MiB: ${giga(bandwidth)} GB/s
| | operations | at that rate | bytes moved | at that bandwidth | measured |
|---|---:|---:|---:|---:|---:|
${row(`training step, ${clips} clips`, trainOperations() * clips, learnt * clips, step)}
${row('inference, one clip', 2 * cost.macs, seen, predict)}`);

/** Forward, and twice as much backward, except the gradient of the clips, which is not needed. */
function trainOperations() {
  const first = cost.layers.find(({ macs }) => macs > 0)?.macs ?? 0;
  return 2 * (3 * cost.macs - first);
}

/**
 * Bytes of feature maps that a pass reads and writes for one clip, counted once per pass that needs them. A convolution reads its
 * input and writes its output forward, and moves twice that backward. An activation reads and writes once, then reads two maps and
 * writes one. A pool also writes its indices, 8 bytes each. A norm with gradients reads twice and writes once, then reads both maps
 * twice and writes one, including the activation after it. If a pool follows too, the full map is read twice, then read twice and
 * written once, and indices take one byte each.
 * @param {import('kinora').NetworkCost} of @param {'train' | 'eval'} mode
 */
function traffic({ layers }, mode) {
  const train = mode === 'train';
  let input = spec.frames * spec.crop.height * spec.crop.width * 3;
  let floats = 0;
  let normed = false; // since the last convolution
  for (const { type, output } of layers) {
    const out = output.reduce((a, b) => a * b, 1);
    const together = train && normed && !byLayers;
    normed = type.startsWith('BatchNorm') || (normed && !type.startsWith('Conv'));
    if (type.startsWith('Conv')) floats += (input + out) * (train ? 3 : 1);
    else if (type.startsWith('BatchNorm')) floats += out * (train ? 8 : 2);
    else if (type.startsWith('MaxPool') && together) floats += 3.75 * out - 3 * input;
    else if (type.startsWith('MaxPool')) floats += (input + out) * (train ? 2 : 1) + (train ? 4 * out : 0);
    else if (!together) floats += out * (train ? 5 : 2);
    input = out;
  }
  return 4 * floats;
}

function multiply() {
  const [a, b] = [ops.rand([SIDE, SIDE]), ops.rand([SIDE, SIDE])];
  return () => scope(() => void a.matmul(b));
}

function copy() {
  const [from, to] = [ops.rand([BYTES / 4]), ops.rand([BYTES / 4])];
  return () => void to.copy_(from);
}

/** Seconds of the fastest of several runs, which approximates an idle machine. @param {() => void} work */
function best(work) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000;
}

/** @param {string} name @param {number} operations @param {number} bytes @param {number} measured */
function row(name, operations, bytes, measured) {
  const ms = (/** @type {number} */ seconds) => `${(seconds * 1000).toFixed(0)} ms`;
  return `| ${name} | ${giga(operations)} GFLOP | ${ms(operations / flops)} | ${giga(bytes)} GB | ${ms(bytes / bandwidth)} | ${ms(measured)} |`;
}

/** @param {number} value */
function giga(value) {
  return (value / 1e9).toPrecision(3);
}
