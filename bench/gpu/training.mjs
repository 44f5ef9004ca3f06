// Trains ConvColumn5 to 9 on synthetic gestures with `kinora train`: top-1 on people not in the training set, and wall time.
// Interrupted runs resume, and the rows of finished runs are kept. `node bench/gpu/training.mjs [DEVICE] [CACHE]`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sizes } from '../sizes.mjs';
import { gestures, kinora } from './gestures.mjs';

const NETWORKS = ['ConvColumn5', 'ConvColumn6', 'ConvColumn7', 'ConvColumn8', 'ConvColumn9'];
const [device = 'cuda:0', cache = '.cache/gpu'] = process.argv.slice(2);
const { batch, workers, trainingSteps } = sizes.gpu;
const runs = resolve(cache, 'runs');
const { lists } = await gestures(cache);

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(1)} %`;

console.log(
  `| network, ${trainingSteps} steps of ${batch} clips | top-1 | top-5 | minutes |\n|---|---:|---:|---:|`,
);
for (const model of NETWORKS) {
  const kept = join(runs, `${model}.row.md`);
  if (!existsSync(kept)) {
    const row = await trained(model);
    writeFileSync(kept, row);
  }
  console.log(readFileSync(kept, 'utf8'));
}

/** @param {string} model */
async function trained(model) {
  const config = join(resolve(cache), `${model}.json`);
  writeFileSync(config, JSON.stringify(recipe(model)));
  const gpu = device === 'cpu' ? ['--use-gpu', 'False'] : ['-g', device.split(':')[1] ?? '0'];
  const begun = existsSync(join(runs, model, 'checkpoints', 'last')); // then the time is that of what was left
  const start = performance.now();
  await kinora(['train', '--config', config, ...(begun ? ['--resume'] : []), ...gpu]);
  const minutes = (performance.now() - start) / 60_000;
  const { val_top1, val_top5 } = lastEpoch(join(runs, model));
  return `| ${model} | ${percent(val_top1)} | ${percent(val_top5)} | ${minutes.toFixed(1)}${begun ? ', resumed' : ''} |`;
}

/** @param {string} model */
function recipe(model) {
  return {
    ...lists,
    name: model,
    model,
    outputDir: runs,
    frames: 18,
    augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
    batchSize: batch,
    workers,
    optimizer: 'adamw',
    amsgrad: false,
    weightDecay: 0.01,
    lr: 0.001,
    labelSmoothing: 0.1,
    schedule: 'one_cycle',
    maxSteps: trainingSteps,
    precision: 'bf16',
  };
}

/** Of the last epoch's validation. @param {string} run @returns {{ val_top1: number, val_top5: number }} */
function lastEpoch(run) {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const epochs = lines.map((line) => JSON.parse(line)).filter(({ val_top1 }) => val_top1 !== undefined);
  const last = epochs.at(-1);
  if (last === undefined) throw new Error(`${run}: expected an epoch that was validated, received none`);
  return last;
}
