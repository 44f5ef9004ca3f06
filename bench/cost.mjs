// Calculates for docs/scale.md how long three large data sets take on two cores and on 1, 8 and 64 GPUs, from rates that other
// programs measure (given as flags) and from the assumptions below. `node bench/cost.mjs --help`.
import { KinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { flagsOf } from './flags.mjs';
import { sendingBytes, sendingSums } from './sending.mjs';

/** ConvColumn6 on clips of 18x84x84. */
const FRAMES = 18;
const PARAMETERS = 3_886_883;
/** Frames of the clips that the input pipeline is measured with (`npm run bench -- --only input`). */
const FRAMES_MEASURED = 16;
/** 22.8 GB of 148,092 clips of about 36 frames. */
const BYTES_A_FRAME = 4277;
/** Clips per step on each GPU, and cores that decode for it. */
const [BATCH, CORES] = [100, 16];
const EPOCHS = 30;
const CORES_ALONE = 2;
/** @type {readonly [name: string, clips: number][]} */
const DATA = [
  ['Jester, 118,562 clips', 118_562],
  ['Something-Something, 220,000 clips', 220_000],
  ['Kinetics-700, 650,000 videos, one clip of each, packed as JPEG frames before', 650_000],
];

/** @param {string} text */
function rate(text) {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  const expected = 'clips per second, a number above 0';
  throw new KinoraError({ code: 'usage/number', expected, received: JSON.stringify(text) });
}

const command = new Command('bench/cost.mjs')
  .description(
    'Calculate the training time for Jester, Something-Something and Kinetics-700 from measured rates.',
  )
  .requiredOption(
    '--input <clips/s>',
    'rate of the input pipeline per core, from npm run bench -- --only input',
    rate,
  )
  .requiredOption(
    '--step <clips/s>',
    'rate of training on two cores, from npm run bench -- --only "training step"',
    rate,
  )
  .requiredOption(
    '--gpu <clips/s>',
    'rate of training on one GPU with clips in memory, measured or assumed',
    rate,
  )
  .addHelpText('after', '\nExample:\n  $ node bench/cost.mjs --input 262 --step 5.85 --gpu 2500');
const { input, step, gpu } = (await flagsOf(command)).options;

/** Clips that one core decodes and augments per second. */
const ready = (input * FRAMES_MEASURED) / FRAMES;
const places = [cores(), ...[1, 8, 64].map(gpus)];
print(
  '',
  places.map(({ name }) => name),
);
print(
  '---',
  places.map(() => '---:'),
);
print(
  'training alone, clips/s',
  places.map(({ trains }) => count(trains)),
);
print(
  'decoding alone, clips/s',
  places.map(({ decodes }) => count(decodes)),
);
print(
  'sending gradients, share of a step',
  places.map(({ sends }) => (sends === 0 ? '' : `${percent(sends)} %`)),
);
print(
  'together, clips/s',
  places.map(({ clips }) => count(clips)),
);
print(
  'read from disk, MB/s',
  places.map(({ clips }) => count((clips * FRAMES * BYTES_A_FRAME) / 1e6)),
);
print(
  'bottleneck',
  places.map((place) => obstacle(place)),
);
for (const [name, clips] of DATA)
  print(
    name,
    places.map((place) => times(clips / place.clips, place)),
  );

/** @typedef {{ name: string, trains: number, decodes: number, sends: number, clips: number }} Place */

/** Both cores train and decode. @returns {Place} */
function cores() {
  const decodes = CORES_ALONE * ready;
  return { name: 'two cores, no GPU', trains: step, decodes, sends: 0, clips: 1 / (1 / step + 1 / decodes) };
}

/** Decoding and training overlap; sending comes after them, none of it hidden. @param {number} count @returns {Place} */
function gpus(count) {
  const [trains, decodes] = [count * gpu, count * CORES * ready];
  const sending = count === 1 ? 0 : sendingBytes(count, 4 * PARAMETERS) + sendingSums(count);
  const seconds = (count * BATCH) / Math.min(trains, decodes);
  const clips = (count * BATCH) / (seconds + sending);
  return {
    name: `${count} GPU${count > 1 ? 's' : ''}`,
    trains,
    decodes,
    sends: sending / (seconds + sending),
    clips,
  };
}

/** @param {Place} place */
function obstacle({ trains, decodes, sends }) {
  const first = trains <= decodes ? 'arithmetic' : 'decoding';
  return sends > 0.1 ? `${first}, then sending` : first;
}

/** The time of an epoch and, on GPUs, of all epochs. @param {number} seconds @param {Place} place */
function times(seconds, { name }) {
  const all = EPOCHS * seconds;
  return name.includes('no GPU') ? duration(seconds) : `${duration(seconds)}; ${duration(all)}`;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 300) return `${seconds.toPrecision(seconds < 10 ? 2 : 3)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Three digits, never rounded up. @param {number} value */
function count(value) {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return (Math.floor(value / unit + 1e-9) * unit).toLocaleString('en', { maximumFractionDigits: 2 });
}

function percent(/** @type {number} */ share) {
  return (100 * share).toFixed(0);
}

/** @param {string} name @param {readonly string[]} cells */
function print(name, cells) {
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}
