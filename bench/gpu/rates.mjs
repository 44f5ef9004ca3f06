// Training steps in clips/s, from bytes in memory to updated weights, in each precision; also in bf16 with 128 channels
// where ConvColumn6 has 124, which is not a multiple of 8. `node bench/gpu/rates.mjs [DEVICE]`.

import { ConvColumn } from '../../packages/kinora/dist/model/conv-column/conv-column.js';
import { convColumnTables } from '../../packages/kinora/dist/model/conv-column/tables.js';
import { addNetwork } from '../../packages/kinora/dist/model/registry.js';
import { launchStep } from '../../packages/kinora/dist/train/step.js';
import { sizes } from '../sizes.mjs';
import { makeOn, randomClips } from './training-on.mjs';

const [device = 'cuda:0'] = process.argv.slice(2);
const { batch: clips, warmUp, steps } = sizes.gpu;
const padded = padChannels('ConvColumn6', 124, 128);

console.log(`| Kinora, ${clips} clips a step, layout | clips/s |\n|---|---:|`);
for (const [name, model, precision, tf32] of /** @type {const} */ ([
  ['float32', 'ConvColumn6', 'float32', false],
  ['TF32', 'ConvColumn6', 'float32', true],
  ['bf16', 'ConvColumn6', 'bf16', true],
  ['fp16', 'ConvColumn6', 'fp16', true],
  ['bf16, 128 channels for 124', padded, 'bf16', true],
]))
  console.log(`| ${name}${await rate(model, { precision, tf32 })} |`);

/**
 * The chosen layout, and clips/s. As in training, a step is launched before the loss of the previous one is read.
 * @param {string} model @param {Partial<import('kinora').RunConfigInput>} changes
 */
async function rate(model, changes) {
  const training = makeOn(device, { model, ...changes });
  const batch = randomClips(clips, training.spec);
  const train = async (/** @type {number} */ count) => {
    /** @type {import('../../packages/kinora/dist/train/step.js').LaunchedStep | undefined} */
    let last;
    for (let step = 0; step < count; step++) {
      const launched = launchStep(training, batch);
      await last?.arrival();
      last?.read();
      last = launched;
    }
    last?.read();
  };
  await train(warmUp);
  const start = performance.now();
  await train(steps);
  const seconds = (performance.now() - start) / 1000;
  training.dispose();
  return `, ${training.precision.layout} | ${((steps * clips) / seconds).toPrecision(4)}`;
}

/** Registers a copy of the network in which convolutions and norms of `from` channels have `to`. Returns its name. */
function padChannels(/** @type {string} */ name, /** @type {number} */ from, /** @type {number} */ to) {
  const table = convColumnTables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no table of ${name}`);
  const wide = (/** @type {number} */ channels) => (channels === from ? to : channels);
  /** @param {import('../../packages/kinora/dist/model/layers.js').Layer} layer */
  const widened = (layer) => {
    if (layer.type === 'conv') return { ...layer, in: wide(layer.in), out: wide(layer.out) };
    return layer.type === 'norm' ? { ...layer, channels: wide(layer.channels) } : layer;
  };
  const changed = {
    ...table,
    name: `${name}With${to}`,
    stages: table.stages.map((stage) => stage.map(widened)),
  };
  addNetwork({
    ...changed,
    family: 'measurements',
    build: (classes) => new ConvColumn(changed, classes),
  });
  return changed.name;
}
