// What a trained network is worth on clips of new classes by real people, people apart: a linear classifier on its frozen features,
// from a few clips of each class and from all of them, and with --train the network fine-tuned, against the same network from scratch.
//
//   node bench/transfer.mjs --clips FOLDER --list subjects.csv --model @kinora/gestures --model runs/demo
//
// The list has lines `id;label;person`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectFeatures, evaluateRun, openModel, trainRun } from 'kinora';

const { values } = parseArgs({
  options: {
    clips: { type: 'string' },
    list: { type: 'string' },
    model: { type: 'string', multiple: true, default: ['@kinora/gestures'] },
    folds: { type: 'string', default: '3' },
    few: { type: 'string', default: '3' },
    train: { type: 'boolean', default: false },
    epochs: { type: 'string', default: '30' },
  },
});
const folder = values.clips ?? '';
const list = values.list ?? '';
if (folder === '' || list === '')
  throw new Error('expected --clips FOLDER and --list FILE with lines id;label;person');

/** @typedef {{ id: string, label: string, person: string }} Clip */
/** @type {Clip[]} */
const clips = readFileSync(list, 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(/[;,]/).map((word) => word.trim()))
  .filter(([id]) => id !== 'id')
  .map(([id = '', label = '', person = '']) => ({ id, label, person }));
const labels = [...new Set(clips.map(({ label }) => label))].sort();
const people = [...new Set(clips.map(({ person }) => person))].sort();
const folds = Array.from({ length: Number(values.folds) }, (_, k) =>
  people.filter((_, i) => i % Number(values.folds) === k),
);

console.log(
  `${clips.length} clips, ${labels.length} classes, ${people.length} people in ${folds.length} groups, each tested on networks and classifiers of the others`,
);
const work = mkdtempSync(join(tmpdir(), 'kinora-transfer-'));
try {
  for (const name of values.model) await measure(name);
} finally {
  rmSync(work, { recursive: true });
}

/** @param {string} name */
async function measure(name) {
  const model = openModel(name);
  const { spec, name: network } = model;
  /** @type {Map<string, Float32Array>} */
  const features = new Map();
  writeLists('all', clips, clips);
  for await (const one of collectFeatures(model, join(work, 'all-train.csv'), { folder }))
    features.set(one.id, one.features);
  model.network.dispose();
  console.log(`\n${name} (${network}, ${features.get(clips[0]?.id ?? '')?.length} features)`);
  const full = linear(features, Number.POSITIVE_INFINITY);
  const few = linear(features, Number(values.few));
  report(`linear classifier on frozen features, ${values.few} clips a class`, few);
  report('linear classifier on frozen features, all clips', full);
  if (!values.train) return;
  for (const from of [null, name]) {
    /** @type {Right[]} */
    const right = [];
    for (const [k, test] of folds.entries()) right.push(...(await trained(network, spec, k, test, from)));
    report(from === null ? 'trained from scratch' : 'fine-tuned', right);
  }
}

/** @typedef {{ person: string, right: boolean }} Right */

/** @param {ReadonlyMap<string, Float32Array>} features @param {number} most clips of each class, of all people alike */
function linear(features, most) {
  /** @type {Right[]} */
  const found = [];
  for (const test of folds) {
    const known = byPersonInTurn(clips.filter(({ person }) => !test.includes(person)));
    const classes = labels.map((label) => ({
      label,
      examples: known
        .filter((clip) => clip.label === label)
        .slice(0, most)
        .map(({ id }) => vector(features, id)),
    }));
    const classify = linearClassifier(classes);
    for (const { id, label, person } of clips.filter((clip) => test.includes(clip.person)))
      found.push({ person, right: labels[classify(vector(features, id))] === label });
  }
  return found;
}

/**
 * Softmax regression with an L2 penalty on standardised features, by gradient descent; each class counts alike.
 * @param {readonly { label: string, examples: readonly Float32Array[] }[]} classes
 * @returns {(features: Float32Array) => number} the index of the class
 */
function linearClassifier(classes) {
  const rows = classes.flatMap(({ examples }, k) =>
    examples.map((x) => ({ x, k, share: 1 / (classes.length * examples.length) })),
  );
  const size = rows[0]?.x.length ?? 0;
  const columns = Array.from({ length: size }, (_, f) => rows.map(({ x }) => x[f] ?? 0));
  const mean = columns.map((column) => column.reduce((a, b) => a + b, 0) / column.length);
  const deviation = columns.map(
    (column, f) =>
      Math.sqrt(column.reduce((sum, value) => sum + (value - (mean[f] ?? 0)) ** 2, 0) / column.length) + 1e-3,
  );
  const standard = (/** @type {Float32Array} */ x) =>
    Float64Array.from(x, (value, f) => (value - (mean[f] ?? 0)) / (deviation[f] ?? 1));
  const points = rows.map(({ x, k, share }) => ({ z: standard(x), k, share }));
  const weights = classes.map(() => new Float64Array(size + 1));
  const scores = (/** @type {Float64Array} */ z) =>
    weights.map((w) => z.reduce((sum, value, f) => sum + value * (w[f] ?? 0), w[size] ?? 0));
  for (let step = 0; step < 400; step++) {
    const gradients = weights.map((w) => w.map((value, f) => (f === size ? 0 : 0.01 * value)));
    for (const { z, k, share } of points) {
      const all = scores(z);
      const largest = Math.max(...all);
      const exp = all.map((value) => Math.exp(value - largest));
      const total = exp.reduce((a, b) => a + b, 0);
      for (const [c, gradient] of gradients.entries()) {
        const error = share * ((exp[c] ?? 0) / total - (c === k ? 1 : 0));
        for (let f = 0; f < size; f++) gradient[f] = (gradient[f] ?? 0) + error * (z[f] ?? 0);
        gradient[size] = (gradient[size] ?? 0) + error;
      }
    }
    for (const [c, w] of weights.entries())
      for (let f = 0; f <= size; f++) w[f] = (w[f] ?? 0) - 0.5 * (gradients[c]?.[f] ?? 0);
  }
  return (x) => {
    const all = scores(standard(x));
    return all.indexOf(Math.max(...all));
  };
}

/** @param {ReadonlyMap<string, Float32Array>} features @param {string} id */
function vector(features, id) {
  const found = features.get(id);
  if (found === undefined) throw new Error(`clip ${id} cannot be read`);
  return found;
}

/** The first clip of everybody, then the second of everybody, and so on. @param {readonly Clip[]} known */
function byPersonInTurn(known) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const turns = known.map((clip) => {
    const key = `${clip.person};${clip.label}`;
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return { clip, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ clip }) => clip);
}

/**
 * @param {string} network @param {import('kinora').PreprocessSpec} spec @param {number} k @param {readonly string[]} test
 * @param {string | null} initFrom @returns {Promise<Right[]>}
 */
async function trained(network, spec, k, test, initFrom) {
  const tested = clips.filter(({ person }) => test.includes(person));
  writeLists(
    `fold-${k}`,
    clips.filter(({ person }) => !test.includes(person)),
    tested,
  );
  const { labels: _, flipMap: __, mean, std, ...preprocessing } = spec;
  const name = `fold-${k}-${initFrom === null ? 'scratch' : 'tuned'}`;
  /** @type {import('kinora').RunConfigInput} */
  const config = {
    ...{ name, outputDir: work, model: network, initFrom },
    ...{ ...preprocessing, mean: [...mean], std: [...std] },
    ...{
      trainFolder: folder,
      trainList: join(work, `fold-${k}-train.csv`),
      labelsFile: join(work, 'labels.csv'),
    },
    ...{ batchSize: 16, optimizer: 'adamw', weightDecay: 0.01, labelSmoothing: 0.1, schedule: 'one_cycle' },
    ...{ lr: 0.003, epochs: Number(values.epochs) },
    augment: { rotation: 5, translate: 0.07, scale: [0.9, 1.1], brightness: 0.2 },
  };
  await trainRun(config);
  // Of the last epoch: choosing the best one on the test clips would flatter.
  const last = { ...config, checkpoint: join(work, name, 'checkpoints', 'last') };
  const validation = { ...last, validationList: join(work, `fold-${k}-test.csv`), validationFolder: folder };
  const { evaluation } = await evaluateRun(validation);
  return tested.map(({ person }, n) => {
    const row = evaluation.logits.subarray(n * labels.length, (n + 1) * labels.length);
    return { person, right: row.indexOf(Math.max(...row)) === evaluation.targets[n] };
  });
}

/** @param {string} name @param {readonly Clip[]} train @param {readonly Clip[]} test */
function writeLists(name, train, test) {
  mkdirSync(work, { recursive: true });
  const lines = (/** @type {readonly Clip[]} */ some) =>
    some.map(({ id, label }) => `${id};${label}\n`).join('');
  writeFileSync(join(work, 'labels.csv'), labels.map((label) => `${label}\n`).join(''));
  writeFileSync(join(work, `${name}-train.csv`), lines(train));
  writeFileSync(join(work, `${name}-test.csv`), lines(test));
}

/** @param {string} what @param {readonly Right[]} found */
function report(what, found) {
  const share = (/** @type {readonly Right[]} */ some) =>
    some.filter(({ right }) => right).length / some.length;
  const each = people
    .map((person) => share(found.filter((one) => one.person === person)))
    .sort((a, b) => a - b);
  const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `  ${what}: ${percent(share(found))} (people ${percent(each[0] ?? 0)} to ${percent(each.at(-1) ?? 0)})`,
  );
}
