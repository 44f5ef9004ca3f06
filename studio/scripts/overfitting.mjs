// Trains the runs with which chapter 6 shows overfitting, and saves their curves in src/learn/training/overfitting.json:
//
//   npm run kinora -- synth --out data/gestures      # if the demo has not made it
//   node studio/scripts/overfitting.mjs [data/gestures] [runs/overfitting]
//
// One network, trained on so few clips of six gestures that it can memorise them: bare, with batch norm, with one more
// remedy, and with all three. Only the remedies differ; clips, seed, steps and learning rate are the same. Takes a few
// minutes on two quiet cores; existing runs are not repeated.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { effectiveConfig } from '../../packages/kinora/dist/config/index.js';
import { ConvColumn } from '../../packages/kinora/dist/model/conv-column/conv-column.js';
import { convColumnTables } from '../../packages/kinora/dist/model/conv-column/tables.js';
import { addNetwork } from '../../packages/kinora/dist/model/registry.js';
import { hasCheckpoint } from '../../packages/kinora/dist/run/checkpoint.js';
import { epochMetrics } from '../../packages/kinora/dist/run/metrics-log.js';
import { trainRun } from '../../packages/kinora/dist/train/run.js';

const OUT = fileURLToPath(new URL('../src/learn/training/overfitting.json', import.meta.url));
const NETWORK = 'ConvColumnSmall';
const GESTURES = [
  ...['Swiping Left', 'Swiping Right', 'Swiping Up', 'Swiping Down'],
  ...['Pushing Hand Away', 'Pulling Hand In'],
];
const CLIPS_PER_GESTURE = 6;
const DROPOUT = 0.5;
const AUGMENT = { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 };

const VARIANTS = [
  [],
  ['batch norm'],
  ['batch norm', 'augmentation'],
  ['batch norm', 'dropout'],
  ['batch norm', 'augmentation', 'dropout'],
];

const [, , data = 'data/gestures', output = 'runs/overfitting'] = process.argv;
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'labels.csv'), `${GESTURES.join('\n')}\n`);
const clips = choose(join(data, 'train.csv'), join(output, 'train.csv'), CLIPS_PER_GESTURE);
const validationClips = choose(join(data, 'validation.csv'), join(output, 'validation.csv'));

const runs = [];
for (const remedies of VARIANTS) {
  addNetwork(networkWith(remedies));
  const config = configOf(remedies);
  const progress = printed(config.model);
  if (!finished(config)) await trainRun(config, { resume: hasCheckpoint(config), progress });
  runs.push({ remedies, epochs: epochMetrics(config).map(shortened) });
}
const { frames, crop, batchSize, lr, optimizer } = configOf([]);
const size = [frames, crop?.height, crop?.width];
const about = { network: NETWORK, gestures: GESTURES.length, clips, validationClips, size, dropout: DROPOUT };
writeFileSync(OUT, `${JSON.stringify({ ...about, optimizer, lr, batch: batchSize, runs })}\n`);
console.log(OUT);

/** The network's layer table without the remedies that are not used. @param {string[]} remedies */
function networkWith(remedies) {
  const table = convColumnTables.find(({ name }) => name === NETWORK);
  if (table === undefined) throw new Error(`no table of ${NETWORK}`);
  const stages = table.stages.map((layers) =>
    layers.filter(({ type }) => type !== 'norm' || remedies.includes('batch norm')),
  );
  const head = { ...table.head, dropout: remedies.includes('dropout') ? DROPOUT : 0 };
  const name = nameOf(remedies);
  /** @type {import('../../packages/kinora/dist/model/network.js').NetworkEntry['build']} */
  const build = (classes) => new ConvColumn({ ...table, name, stages, head }, classes);
  return { name, family: 'Remedies', summary: table.summary, input: table.input, build };
}

/** @param {string[]} remedies */
function nameOf(remedies) {
  return `${NETWORK} with ${remedies.join(', ') || 'nothing'}`;
}

/** @param {string[]} remedies */
function configOf(remedies) {
  return effectiveConfig({
    name: remedies.join('-').replaceAll(' ', '-') || 'bare',
    outputDir: output,
    model: nameOf(remedies),
    trainFolder: join(data, 'clips'),
    trainList: join(output, 'train.csv'),
    validationList: join(output, 'validation.csv'),
    labelsFile: join(output, 'labels.csv'),
    frames: 16,
    resize: { rule: 'height', height: 48 },
    crop: { height: 42, width: 42 },
    augment: remedies.includes('augmentation') ? AUGMENT : false,
    batchSize: 12,
    workers: 1,
    threads: 1,
    optimizer: 'adam',
    amsgrad: false,
    weightDecay: 0,
    lr: 0.001,
    schedule: 'constant',
    epochs: 60,
  });
}

/** @param {import('../../packages/kinora/dist/config/index.js').RunConfig} config */
function finished(config) {
  return epochMetrics(config).length === config.epochs;
}

/** Writes the first clips of each gesture to a list and counts them. @param {string} file @param {string} out */
function choose(file, out, most = Number.POSITIVE_INFINITY) {
  const lines = linesOf(file);
  const chosen = GESTURES.flatMap((label) =>
    lines.filter((line) => line.endsWith(`;${label}`)).slice(0, most),
  );
  writeFileSync(out, `${chosen.join('\n')}\n`);
  return chosen.length;
}

/** @param {string} file */
function linesOf(file) {
  return readFileSync(file, 'utf8').trim().split('\n');
}

/** Rounds to four digits, more than a curve shows. @param {import('kinora').EpochMetrics} metrics */
function shortened({ loss = 0, top1 = 0, val_loss = 0, val_top1 = 0 }) {
  return [loss, top1, val_loss, val_top1].map((value) => Number(value.toFixed(4)));
}

/** @param {string} name */
function printed(name) {
  const task = { update: () => {}, finish: () => {} };
  return { task: () => task, log: (/** @type {string} */ line) => console.log(`${name}: ${line}`) };
}
