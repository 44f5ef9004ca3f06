// How well taught gestures are recognised and other movements rejected:
// `node bench/teaching.mjs MODEL.onnx LIST --clips FOLDER [--rate 12] [--same-person]`. LIST has lines `id;label;person`.
// Lessons are drawn: some of the labels are taught from a few examples, the rest are movements that nobody taught. Examples
// are of people who are not tested, or with --same-person of the one who is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareClip, randomStream } from '@kinora/clip';
import { Command } from 'commander';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { openClip } from '../packages/kinora/dist/data/open.js';
import { groupInterval } from '../packages/kinora/dist/measure/intervals.js';
import { falseAlarmsAt } from '../packages/kinora/dist/measure/rejection.js';
import { createRecognizer, predictHead, takeWindows, trainHead } from '../packages/recognizer/dist/node.js';
import { flagsOf } from './flags.mjs';

/** Probability that counts as a gesture, as in the default settings of live recognition. */
const ASKED = 0.6;
/** Bootstrap resamples of people. */
const RESAMPLES = 1000;

const command = new Command('bench/teaching.mjs')
  .description('Measure taught gestures on clips of several people.')
  .argument('<MODEL>', 'an ONNX file')
  .argument('<LIST>', 'CSV: id;label;person, or id;label;... with a heading that names a column subject')
  .requiredOption('--clips <folder>', 'folder of the clips')
  .option('--rate <fps>', 'frames per second of folders of frames', positiveInt, 12)
  .option('--examples <numbers>', 'takes of each gesture, separated by commas', numbers, [1, 3, 5, 10])
  .option('--taught <n>', 'gestures of a lesson (default: half of the labels, rounded up)', positiveInt)
  .option('--lessons <n>', 'lessons for each person and number of examples', positiveInt, 10)
  .option('--same-person', 'examples of the person who is tested');
const { options, args } = await flagsOf(command);
const [model, list] = /** @type {[string, string]} */ (args);

/** @typedef {{ label: string, person: string, windows: Float32Array[] }} Clip */
/** @typedef {{ person: string, taught: boolean, right: boolean, kept: boolean, score: number }} Answer */

const recognizer = await createRecognizer({ model });
const clips = await readClips();
const { background } = recognizer.info.postprocess;
await recognizer.close();
const labels = [...new Set(clips.map(({ label }) => label))].sort();
const people = [...new Set(clips.map(({ person }) => person))].sort();
const taught = options.taught ?? Math.ceil(labels.length / 2);
console.log(
  `${clips.length} clips of ${labels.length} labels by ${people.length} people; ${taught} taught, ${labels.length - taught} other movements; ${
    options.samePerson ? 'examples of the same person' : 'examples of other people'
  }; ${options.lessons} lessons a person; 95 % intervals over people.\n`,
);
console.log(
  '| examples | background | recognised | kept as a gesture | other movements that become a gesture | those at 95 % kept |',
);
console.log('|---:|---|---:|---:|---:|---:|');
for (const count of /** @type {number[]} */ (options.examples))
  for (const withBackground of background === undefined ? [false] : [true, false]) {
    const answers = people.flatMap((person, p) =>
      Array.from({ length: options.lessons }, (_, draw) =>
        lesson(person, count, withBackground, p * 1000 + draw),
      ).flat(),
    );
    if (answers.length > 0) console.log(row(count, withBackground, answers));
  }

/** @param {string} text */
function numbers(text) {
  return text.split(',').map(positiveInt);
}

/** @param {string} person @param {number} count @param {boolean} withBackground @param {number} seed @returns {Answer[]} */
function lesson(person, count, withBackground, seed) {
  const random = randomStream(seed, count);
  const shuffled = (/** @type {readonly any[]} */ items) => {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
    }
    return mixed;
  };
  const chosen = shuffled(labels).slice(0, taught);
  const teachers = new Set(
    options.samePerson ? [person] : shuffled(people.filter((one) => one !== person)).slice(0, count),
  );
  const takes = chosen.map((label) => {
    const own = shuffled(clips.filter((clip) => clip.label === label && teachers.has(clip.person)));
    // One take of each person where examples are of several.
    return options.samePerson
      ? own.slice(0, count)
      : [...new Map(own.map((clip) => [clip.person, clip])).values()];
  });
  if (takes.some((own) => own.length < count)) return [];
  const classes = chosen.map((label, i) => ({
    label,
    takes: takes[i].map((/** @type {Clip} */ { windows }) => windows),
  }));
  const head = trainHead(classes, withBackground ? { background } : {});
  const examples = new Set(takes.flat());
  return clips
    .filter((clip) => clip.person === person && !examples.has(clip))
    .map(({ label, windows }) => {
      const scores = windows.map((features) => predictHead(head, features));
      const means = head.labels
        .slice(0, -1)
        .map((_, c) => scores.reduce((sum, one) => sum + one[c], 0) / scores.length);
      const score = Math.max(...means);
      const kept = score >= ASKED;
      const right = kept && head.labels[means.indexOf(score)] === label;
      return { person, taught: chosen.includes(label), right, kept, score };
    });
}

/** @param {number} count @param {boolean} withBackground @param {Answer[]} answers */
function row(count, withBackground, answers) {
  const groups = Int32Array.from(answers, ({ person }) => people.indexOf(person));
  /** @param {(answers: readonly Answer[]) => number} statistic */
  const cell = (statistic) => {
    const { value, low, high } = groupInterval(answers, groups, statistic, 1, RESAMPLES);
    return `${(100 * value).toFixed(1)} % (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`;
  };
  /** @param {boolean} which @param {'right' | 'kept'} what */
  const share = (which, what) => (/** @type {readonly Answer[]} */ all) => {
    const own = all.filter((answer) => answer.taught === which);
    return own.filter((answer) => answer[what]).length / own.length;
  };
  const scores = (/** @type {readonly Answer[]} */ all, /** @type {boolean} */ which) =>
    all.filter((answer) => answer.taught === which).map(({ score }) => score);
  const alarms = (/** @type {readonly Answer[]} */ all) =>
    falseAlarmsAt(0.95, scores(all, true), scores(all, false)).share;
  const cells = [share(true, 'right'), share(true, 'kept'), share(false, 'kept'), alarms].map(cell);
  return `| ${count} | ${withBackground ? 'yes' : 'no'} | ${cells.join(' | ')} |`;
}

/** @returns {Promise<Clip[]>} */
async function readClips() {
  const { spec } = recognizer.info;
  const lines = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(';'));
  const heading = lines[0].includes('subject') ? lines.shift() : undefined;
  const column = heading?.indexOf('subject') ?? 2;
  const read = [];
  for (const cells of lines) {
    const source = await openClip(join(options.clips, cells[0]));
    const ticks = Math.max(1, Math.round((source.count / options.rate) * spec.frameRate));
    const positions = Array.from({ length: ticks }, (_, k) =>
      Math.min(source.count - 1, Math.floor((k * options.rate) / spec.frameRate)),
    );
    const data = prepareClip(await source.read(positions), spec);
    const predictions = await recognizer.predictPrepared(
      takeWindows({ data, count: ticks, ...spec.crop }, spec),
    );
    read.push({
      label: cells[1],
      person: cells[column],
      windows: predictions.map(({ features }) => features),
    });
  }
  return read;
}
