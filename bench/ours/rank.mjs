// One of the two processes of bench/ranks.mjs: `RANK=0 node rank.mjs MODEL CLIPS ROUNDS STEPS`, with torchrun's other
// variables. Rank 0 prints what it has measured, as JSON.
import { readFileSync } from 'node:fs';
import { distributed, ops, threads } from '@kinora/torch';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { makeTraining, randomClips } from './training.mjs';

const [model = '', clips, rounds, steps] = process.argv.slice(2);
const place = distributed.placeFromEnvironment();
if (place === undefined) throw new Error('expected the variables of bench/ranks.mjs');
const world = await distributed.World.join(place, { backend: 'gloo' });
// So small a rate that the weights stay, whatever the ranks do apart.
const { network, optimizer, settings, spec } = makeTraining({ model, lr: 1e-9, last_lr: 1e-12 }, 1);
distributed.broadcastState(world.group, network.stateDict().values());
const whole = randomClips(Number(clips), spec);
const part = randomClips(Number(clips) / world.size, spec);
const parameters = network.parameters();
const numbers = parameters.reduce((sum, { numel }) => sum + numel, 0);
network.train();

/** @param {'c10d' | 'after-backward' | undefined} kind */
function together(kind) {
  const reducer = distributed.gradientReducer(world.group, parameters, kind && { kind });
  const sum = (/** @type {number} */ value) => world.sum([value])[0] ?? 0;
  const ranks = { rank: world.rank, size: world.size, reducer, sum };
  return {
    kind: reducer.kind,
    step: () => {
      const { loss } = trainStep(network, optimizer, part, { ...settings, ranks });
      world.sum([loss, 0, 0, 0, 0]); // as the loop does, for the log
    },
  };
}

const early = together(undefined);
const late = together('after-backward');
const alone = () => void trainStep(network, optimizer, whole, settings);
const silent = () => void trainStep(network, optimizer, part, settings);
const gradients = ops.zeros([numbers]);
const sending = () => world.group.allReduce(gradients).wait();

/** Milliseconds of a step, begun by all ranks at once. @param {() => void} step */
async function lap(step, count = Number(steps)) {
  await world.control.barrier().done();
  const start = performance.now();
  for (let i = 0; i < count; i++) step();
  const time = (performance.now() - start) / count;
  await world.control.barrier().done();
  return time;
}

/** Rank 0 has all threads while the others wait. */
async function lapAlone() {
  threads.set(world.rank === 0 ? world.size : 1);
  const time = await lap(world.rank === 0 ? alone : () => undefined);
  threads.set(1);
  return time;
}

/** Bytes that have gone over the loopback device of this network. */
const sent = () => Number(readFileSync('/proc/net/dev', 'utf8').match(/lo:\s*(\d+)/)?.[1]);

for (const step of [silent, early.step, early.step, late.step, sending]) await lap(step, 1);
/** @type {Record<string, number[]>} */
const laps = { alone: [], shared: [], after: [], silent: [], sending: [], bytes: [] };
await lapAlone();
for (let round = 0; round < Number(rounds); round++) {
  laps.alone?.push(await lapAlone());
  const before = sent();
  laps.shared?.push(await lap(early.step));
  laps.bytes?.push((sent() - before) / Number(steps));
  laps.after?.push(await lap(late.step));
  laps.silent?.push(await lap(silent));
  laps.sending?.push(await lap(sending));
}
if (world.rank === 0) process.stdout.write(JSON.stringify({ laps, parameters: numbers, kind: early.kind }));
await world.leave();
process.exit(0);
