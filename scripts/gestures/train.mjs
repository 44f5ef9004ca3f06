// Makes the network of @kinora/gestures from nothing: renders its clips, trains it to tell all activities of the wide set apart, then
// those of both sets, and on the features that it has then a classifier for the 27 labels,
// calibrates it, tunes its live settings, measures it on people that nothing was fitted to, and puts weights and card into
// packages/gestures. Each step resumes where it was interrupted:
//
//   npm run gestures -- --steps 4000
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evaluateRun, exportModel, openModel } from 'kinora';
import { run } from '../../packages/torch/install/index.mjs';
import { withFigures } from './card.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KINORA = join(ROOT, 'packages', 'kinora', 'dist', 'cli', 'main.js');
const HERE = join(ROOT, 'scripts', 'gestures');
const CLIPS = { 'clips-per-class': 200, 'validation-per-class': 8, 'test-per-class': 12 };
/** The sets, `kinora synth` with these; nobody is in both. */
const SETS = {
  wide: { variety: 'wide', height: 50, seed: 14, people: 300, ...CLIPS },
  calm: { height: 50, seed: 15, people: 300, ...CLIPS },
};

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '4000' },
    both: { type: 'string', default: '1500' },
    last: { type: 'string', default: '400' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: join(ROOT, 'packages', 'gestures') },
  },
});

/** What ran how long, kept over interruptions. */
const TIMES = join('runs', 'gestures-times.json');
const times = existsSync(TIMES) ? JSON.parse(readFileSync(TIMES, 'utf8')) : {};

for (const [set, recipe] of Object.entries(SETS)) {
  await kinora(`rendering, ${set}`, [
    ...['synth', '--out', `data/gestures-${set}`, '--workers', values.threads],
    ...Object.entries(recipe).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ]);
}
joinSets();
await train('activities', values.steps);
await train('both', values.both);
await train('gestures', values.last);
const RUN = join('runs', 'gestures');
await kinora('calibrating', ['calibrate', RUN]);
await kinora('background', ['background', RUN]);
const streams = { people: '300', seed: String(SETS.calm.seed), streams: '20', seconds: '60' };
await kinora('rendering streams', [
  ...['synth', '--out', 'data/gestures-streams', '--workers', values.threads],
  ...Object.entries(streams).flatMap(([name, value]) => [`--${name}`, value]),
]);
await kinora('tuning', [
  ...['tune', RUN, '--stream', 'data/gestures-streams/validation.csv'],
  ...['--validate', 'data/gestures-streams/test.csv'],
]);
await finish();

/** One set of both, for all activities and for the 27 labels: lists in data/gestures-all, with paths from data. */
function joinSets() {
  const out = join('data', 'gestures-all');
  mkdirSync(out, { recursive: true });
  const names = Object.keys(SETS);
  const rows = (/** @type {string} */ set, /** @type {string} */ list) =>
    readFileSync(join('data', `gestures-${set}`, list), 'utf8')
      .trim()
      .split('\n')
      .map((line) => `gestures-${set}/clips/${line}\n`);
  for (const list of ['train', 'validation']) {
    writeFileSync(join(out, `${list}.csv`), names.flatMap((set) => rows(set, `${list}.csv`)).join(''));
    // Calm people do nothing but gestures, so that they have no other list.
    const activities = [...rows('wide', `${list}-activities.csv`), ...rows('calm', `${list}.csv`)];
    writeFileSync(join(out, `${list}-activities.csv`), activities.join(''));
  }
  for (const set of names) writeFileSync(join(out, `test-${set}.csv`), rows(set, 'test-key.csv').join(''));
  copyFileSync(join('data', 'gestures-wide', 'labels.csv'), join(out, 'labels.csv'));
  const people = names.flatMap((set) =>
    rows(set, 'subjects.csv')
      .slice(1)
      .map((line) => line.split(';'))
      .map(([id, label, person]) => `${id};${label};${set}-${person}\n`),
  );
  writeFileSync(join(out, 'subjects.csv'), `id;label;subject\n${people.join('')}`);
}

/** @param {string} stage @param {string} steps */
async function train(stage, steps) {
  const name = stage === 'gestures' ? 'gestures' : `gestures-${stage}`;
  const resume = existsSync(join('runs', name, 'checkpoints', 'last')) ? ['--resume', 'True'] : [];
  await kinora(`training ${stage}`, [
    ...['train', '--config', join(HERE, `${stage}.json`), '--set', `maxSteps=${steps}`, ...resume],
  ]);
}

/** Runs a command of kinora, and adds its time to what it has taken so far. @param {string} what @param {string[]} words */
async function kinora(what, words) {
  process.stdout.write(`\n$ kinora ${words.join(' ')}\n`);
  const env = { ...process.env, OMP_NUM_THREADS: values.threads, OMP_WAIT_POLICY: 'passive' };
  const begun = performance.now();
  const { code } = await run(process.execPath, [KINORA, ...words], {
    env,
    inherit: true,
    shareTerminal: true,
  });
  const seconds = (performance.now() - begun) / 1000;
  mkdirSync('runs', { recursive: true });
  times[what] = Math.round((times[what] ?? 0) + seconds);
  writeFileSync(TIMES, `${JSON.stringify(times, null, 2)}\n`);
  if (code !== 0) throw new Error(`kinora ${words[0]} ended with status ${code}`);
}

/** Weights and card of the package. */
async function finish() {
  const config = { ...JSON.parse(readFileSync(join(RUN, 'config.json'), 'utf8')) };
  const test = { wide: await tested('wide', config), calm: await tested('calm', config) };
  const model = openModel(RUN);
  const parameters = [...model.network.namedParameters().values()].reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  model.network.dispose();
  exportModel(RUN, { format: 'safetensors', out: join(values.out, 'model', 'gestures.safetensors') });
  copyFileSync(join(RUN, 'metrics.jsonl'), join(values.out, 'model', 'metrics.jsonl'));
  const card = {
    network: config.model,
    parameters,
    sets: SETS,
    command: `node scripts/gestures/train.mjs --steps ${values.steps} --both ${values.both} --last ${values.last} --threads ${values.threads}`,
    steps: { activities: Number(values.steps), both: Number(values.both), gestures: Number(values.last) },
    batch: config.batchSize,
    seconds: times,
    temperature: model.postprocess.temperature,
    settings: model.postprocess.settings,
    test,
  };
  writeFileSync(join(values.out, 'model', 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  const readme = join(values.out, 'README.md');
  if (existsSync(readme)) writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), card));
  process.stdout.write(`${values.out}: weights and card\n`);
}

/** On the test people of a set. @param {string} set @param {import('kinora').RunConfigInput} config */
async function tested(set, config) {
  const { summary, people, labels, evaluation } = await evaluateRun(
    { ...config, validationList: `data/gestures-all/test-${set}.csv` },
    { split: `test, ${set}`, report: join(RUN, `report-${set}`) },
  );
  return {
    clips: evaluation.targets.length,
    people: people?.people.length ?? 0,
    top1: people?.top1 ?? { value: summary.top1, low: 0, high: 1 },
    top5: summary.top5,
    byPerson: people?.people ?? [],
    byLabel: recallByLabel(evaluation, labels),
  };
}

/**
 * @param {{ logits: Float32Array, targets: ArrayLike<number> }} evaluation
 * @param {readonly string[]} labels
 */
function recallByLabel({ logits, targets }, labels) {
  const sums = labels.map(() => ({ clips: 0, right: 0 }));
  for (let n = 0; n < targets.length; n++) {
    const row = logits.subarray(n * labels.length, (n + 1) * labels.length);
    const sum = sums[/** @type {number} */ (targets[n])];
    if (sum === undefined) continue;
    sum.clips++;
    if (row.indexOf(Math.max(...row)) === targets[n]) sum.right++;
  }
  return Object.fromEntries(labels.map((label, i) => [label, sums[i]]));
}
