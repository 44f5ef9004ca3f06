// Estimates how long the two demos take here, and their ratio: a little of each part of both (rendering, training steps with
// decoding, validation), in turns, multiplied by how often the demo does it. `node bench/demo.mjs`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineInfo } from '@kinora/torch';
import { Command } from 'commander';
import { effectiveConfig, synthesize } from 'kinora';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { demoConfig, demoFullConfig } from '../packages/kinora/dist/config/demo.js';
import { defaultRecipe, planClips } from '../packages/kinora/dist/data/synth/index.js';
import { writeAll } from '../packages/kinora/dist/data/synth/synthesize.js';
import { predictAll } from '../packages/kinora/dist/model/predict-all.js';
import { closeLoaders, openLoaders, readClips } from '../packages/kinora/dist/train/clips.js';
import { trainStep } from '../packages/kinora/dist/train/step.js';
import { Training } from '../packages/kinora/dist/train/training.js';
import { flagsOf } from './flags.mjs';
import { dataIn } from './ours/demo-data.mjs';
import { median } from './statistics.mjs';

/**
 * @typedef {object} Spent
 * @property {number} wall seconds
 * @property {number} cpu seconds of all threads
 * @typedef {'rendering' | 'training' | 'validation'} Part
 */

const CLASSES = 27;
/** Of each class in the clips that are rendered to measure; enough for a step of the larger batch. */
const CLIPS = { train: 2, validation: 1, test: 0, people: 30 };
/** Over these clips, in each round. */
const EPOCHS = 4;
/** @type {readonly Part[]} */
const PARTS = ['rendering', 'training', 'validation'];

const { options: flags } = await flagsOf(
  new Command('bench/demo.mjs')
    .description('Estimate how long both demos take, by a little of each of their parts.')
    .option('--rounds <n>', 'rounds', positiveInt, 5),
);
const folder = mkdtempSync(join(tmpdir(), 'kinora-demo-'));
try {
  const sides = await Promise.all([sideOf('full', demoFullConfig), sideOf('default', demoConfig)]);
  for (let round = 0; round <= flags.rounds; round++)
    for (const side of sides) {
      const spent = { ...(await side.steps()), rendering: await side.render(round) };
      if (round > 0) side.rounds.push(spent); // the first one warms up
    }
  for (const { close } of sides) await close();
  report(sides.map(({ name, rounds }) => ({ name, rounds })));
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string} name @param {typeof demoConfig | typeof demoFullConfig} demo */
async function sideOf(name, demo) {
  const config = effectiveConfig(demo);
  const { height } = /** @type {{ height: number }} */ (config.resize);
  const data = join(folder, name);
  await synthesize({ out: data, ...CLIPS, height, workers: availableParallelism() });
  const clips = readClips(effectiveConfig({ ...demo, ...dataIn(data) }));
  const loaders = openLoaders(clips, {
    onBadClip: ({ path, reason }) => {
      throw new Error(`${path}: ${reason}`);
    },
  });
  const training = new Training(clips, { stepsPerEpoch: loaders.train.batchesPerEpoch });
  training.network.train();
  const perEpoch = Math.floor((CLASSES * defaultRecipe.train) / config.batchSize);
  const { maxSteps } = demo;
  const validated = CLASSES * defaultRecipe.validation * (Math.ceil(maxSteps / perEpoch) + 1);
  let epoch = 0;
  return {
    name,
    /** @type {Record<Part, Spent>[]} */
    rounds: [],
    /** Without the contact sheet, which a set has one of, whatever its size. @param {number} round */
    async render(round) {
      const out = join(folder, `${name}-${round}`);
      mkdirSync(out);
      const planned = planClips({ ...defaultRecipe, ...CLIPS, height, seed: 1 + round });
      const before = { done: 0, total: planned.length, frames: 0, bytes: 0 };
      const how = { what: name, unit: /** @type {const} */ ('clips'), workers: availableParallelism() };
      const spent = await measure(() => writeAll(out, planned, before, how));
      rmSync(out, { recursive: true });
      const { train, validation, test } = defaultRecipe;
      return times(spent, (CLASSES * (train + validation + test)) / planned.length);
    },
    async steps() {
      const { train, val } = loaders;
      const steps = await measure(async () => {
        for (const last = epoch + EPOCHS; epoch < last; epoch++)
          for await (const batch of train.epoch(epoch)) trainStep(training, batch);
      });
      const seen = EPOCHS * train.batchesPerEpoch * config.batchSize;
      const checked = /** @type {NonNullable<typeof val>} */ (val);
      const validation = await measure(() => predictAll(training.network, checked, training.spec, 'cpu'));
      return {
        training: times(steps, (maxSteps * config.batchSize) / seen),
        validation: times(validation, validated / checked.clips),
      };
    },
    async close() {
      await closeLoaders(loaders);
      training.dispose();
    },
  };
}

/** @param {() => Promise<unknown>} work @returns {Promise<Spent>} */
async function measure(work) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6 };
}

/** @param {Spent} spent @param {number} factor @returns {Spent} */
function times({ wall, cpu }, factor) {
  return { wall: wall * factor, cpu: cpu * factor };
}

/** @param {{ name: string, rounds: Record<Part, Spent>[] }[]} sides */
function report(sides) {
  const where = `${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, libtorch ${engineInfo().version}`;
  console.log(`On ${where}: seconds of each demo, medians of ${flags.rounds} rounds in turns.\n`);
  console.log('| demo | rendering | training | validation | together | CPU time |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const { name, rounds } of sides) {
    const parts = PARTS.map((part) => median(rounds.map((round) => round[part].wall)));
    const cells = [...parts, median(rounds.map(wallOf)), median(rounds.map(cpuOf))];
    console.log(`| ${name} | ${cells.map((value) => value.toFixed(0)).join(' | ')} |`);
  }
  const [full, quick] = /** @type {[typeof sides[0], typeof sides[0]]} */ (sides);
  /** @param {(round: Record<Part, Spent>) => number} spent */
  const ratio = (spent) => {
    const all = full.rounds.map(
      (round, i) => spent(/** @type {typeof round} */ (quick.rounds[i])) / spent(round),
    );
    return `${median(all).toFixed(2)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`;
  };
  console.log(`\ndefault / full: ${ratio(wallOf)} of the time, ${ratio(cpuOf)} of the CPU time`);
}

/** @param {Record<Part, Spent>} round */
function wallOf(round) {
  return PARTS.reduce((sum, part) => sum + round[part].wall, 0);
}

/** @param {Record<Part, Spent>} round */
function cpuOf(round) {
  return PARTS.reduce((sum, part) => sum + round[part].cpu, 0);
}
