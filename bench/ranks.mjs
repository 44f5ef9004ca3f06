// Measures the cost of training in two processes: `node bench/ranks.mjs [--model NAME] [--clips N] [--rounds N] [--steps N] [--timed N]`
// runs the same steps on N clips in one process with two threads and, alternately, in two processes with one thread each that
// share the clips. Then it runs timed steps, which record when each bucket of gradients was sent and returned. As root it gives
// the two their own network (unshare), so that every byte on it is theirs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { distributed } from '@kinora/torch';
import { Command } from 'commander';
import { positiveInt, wholeNumber } from '../packages/kinora/dist/cli/terminal/options.js';
import { flagsOf } from './flags.mjs';
import { sendingOf } from './hidden.mjs';
import { spread } from './statistics.mjs';

/**
 * @typedef {{ alone: number[], shared: number[], after: number[], silent: number[], sending: number[], bytes: number[] }} Laps
 * @typedef {{ mebibytes: number, ranks: import('./hidden.mjs').BucketTime[][][] }} Buckets
 * @typedef {{ laps: Laps, buckets: Buckets[], parameters: number, kind: string }} Measured
 */

const SIDE = fileURLToPath(new URL('./ours/rank.mjs', import.meta.url));
const command = new Command('bench/ranks.mjs')
  .description(
    'Measure the cost of training in two processes, and how much of the communication backward hides.',
  )
  .option('--model <name>', 'a network from `kinora models`', 'ConvColumnSmall')
  .option('--clips <n>', 'clips per step, over both processes', positiveInt, 16)
  .option('--rounds <n>', 'rounds of steps in one process and in two; 0 skips them', wholeNumber, 5)
  .option('--steps <n>', 'steps per round', positiveInt, 4)
  .option('--timed <n>', 'steps that record when gradients are sent; 0 skips them', wholeNumber, 20);
const values = (await flagsOf(command)).options;

const apart = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0;
const { laps, buckets, parameters, kind } = await measure();
console.log(`\n${heading()}`);
if (laps.alone.length > 0) console.log(`\n${table()}`);
if (buckets.length > 0) console.log(`\n${bucketTable()}`);

/** @returns {Promise<Measured>} */
async function measure() {
  const port = await distributed.freePort();
  const words = [values.model, values.clips, values.rounds, values.steps, values.timed];
  const ranks = ['0', '1'].map((rank) => [`RANK=${rank}`, process.execPath, SIDE, ...words].join(' '));
  const script = `ip link set lo up; ${ranks.join(' & ')}; wait`;
  const plain = `${ranks.join(' & ')}; wait`;
  const [program, ...args] = apart ? ['unshare', '-n', 'sh', '-c', script] : ['sh', '-c', plain];
  const env = { ...process.env, WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port) };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  if (text === '') throw new Error('expected the figures of rank 0, received nothing; its error is above');
  return JSON.parse(text);
}

function heading() {
  const command = ['node bench/ranks.mjs', ...process.argv.slice(2)].join(' ');
  return `\`${command}\` on ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}: ${values.model}, ${parameters} parameters, steps of ${values.clips} clips, medians (smallest to largest) of ${values.rounds} rounds of ${values.steps} steps, and of ${values.timed} timed steps:`;
}

function table() {
  const minimum = 2 * 4 * parameters; // each of two ranks sends every gradient once
  const time = (/** @type {number[]} */ list) => {
    const { median, low, high } = spread(list);
    return `${median.toFixed(0)} ms (${low.toFixed(0)} to ${high.toFixed(0)})`;
  };
  const ratio = (/** @type {number[]} */ a, /** @type {number[]} */ b) => {
    const { median, low, high } = spread(a.map((value, i) => value / (b[i] ?? Number.NaN)));
    return `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  };
  const rows = [
    ['a step, 1 process x 2 threads', time(laps.alone)],
    [`a step, 2 processes x 1 thread, gradients by ${kind}`, time(laps.shared)],
    ['ratio to one process', ratio(laps.shared, laps.alone)],
    ['a step, 2 processes x 1 thread, gradients after backward', time(laps.after)],
    ['a step of 2 processes without communication', time(laps.silent)],
    ['sending the gradients, nothing else running', time(laps.sending)],
    ['bytes sent per step', apart ? spread(laps.bytes).median.toFixed(0) : 'not measured: needs root'],
    [
      'ratio to the minimum for averaging',
      apart
        ? ratio(
            laps.bytes,
            laps.bytes.map(() => minimum),
          )
        : '',
    ],
  ];
  return ['| | |', '|---|---:|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

function bucketTable() {
  const rows = buckets.map(({ mebibytes, ranks }) => {
    const steps = (ranks[0] ?? []).map((_, step) => sendingOf(ranks.map((times) => times[step] ?? [])));
    const figures = (/** @type {number[]} */ list, digits = 1) => {
      const { median, low, high } = spread(list);
      return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
    };
    const shares = steps.map(({ sending, exposed }) => 100 * (1 - exposed / sending));
    return [
      `${mebibytes} MiB: ${ranks[0]?.[0]?.length}`,
      figures(steps.map(({ sending }) => sending)),
      figures(steps.map(({ exposed }) => exposed)),
      figures(shares, 0),
    ];
  });
  const heads = ['bucket size: buckets', 'in flight, ms', 'after backward, ms', 'hidden by backward, %'];
  return [heads, ['---', '---:', '---:', '---:'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
