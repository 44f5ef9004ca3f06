// One of the two processes of bench/ranks.mjs: `RANK=0 node rank.mjs MODEL CLIPS ROUNDS STEPS TIMED`, with torchrun's
// other variables. Rank 0 prints its measurements as JSON.
import { readFileSync } from 'node:fs';
import { distributed, ops, threads } from '@kinora/torch';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { makeTraining, randomClips } from './training.mjs';

const [model = '', clips, rounds, steps, timed] = process.argv.slice(2);
const MEBIBYTE = 2 ** 20;
const BUCKETS = [25, 4, 1]; // MiB; the first is the default
const place = distributed.placeFromEnvironment();
if (place === undefined) throw new Error('expected the variables of bench/ranks.mjs');
await distributed.Rendezvous.run(place, async (rendezvous) => {
  const world = await rendezvous.join({ backend: 'gloo' });
  const measured = await measure(world);
  if (world.rank === 0) process.stdout.write(JSON.stringify(measured));
  await world.leave();
});
process.exit(0);

/** @param {distributed.World} world */
async function measure(world) {
  // So small a learning rate that the weights stay the same when ranks train independently.
  const training = makeTraining({ model, lr: 1e-9, lastLr: 1e-12 }, 1);
  const { network, spec } = training;
  distributed.broadcastState(world.group, network.stateDict().values());
  const whole = randomClips(Number(clips), spec);
  const part = randomClips(Number(clips) / world.size, spec);
  const parameters = network.parameters();
  const numbers = parameters.reduce((sum, { numel }) => sum + numel, 0);
  network.train();

  /** @param {import('@kinora/torch').distributed.ReducerOptions} options */
  const together = (options) => {
    const reducer = distributed.gradientReducer(world.group, parameters, options);
    const sum = (/** @type {number} */ value) => world.sum([value])[0] ?? 0;
    const ranks = { ...training.ranks, rank: world.rank, size: world.size, reducer, sum };
    const shared = { ...training, ranks };
    const step = () => {
      const { loss } = trainStep(shared, part);
      world.sum([loss, 0, 0, 0, 0]); // as in the training loop, for the log
    };
    return { reducer, step };
  };

  /** Milliseconds of a step that all ranks start at once. @param {() => void} step */
  const lap = async (step, count = Number(steps)) => {
    await world.control.barrier().done();
    const start = performance.now();
    for (let i = 0; i < count; i++) step();
    const time = (performance.now() - start) / count;
    await world.control.barrier().done();
    return time;
  };

  const kind = distributed.features().reducer ? 'c10d' : 'after-backward';
  return { kind, laps: await race(), buckets: kind === 'c10d' ? await hide() : [], parameters: numbers };

  /** Steps of every kind, one kind after the other in each round. */
  async function race() {
    const early = together({});
    const late = together({ kind: 'after-backward' });
    const alone = () => void trainStep(training, whole);
    const silent = () => void trainStep(training, part);
    const gradients = ops.zeros([numbers]);
    const sending = () => world.group.allReduce(gradients).wait();
    /** Rank 0 has all threads while the others wait. */
    const lapAlone = async () => {
      threads.set(world.rank === 0 ? world.size : 1);
      const time = await lap(world.rank === 0 ? alone : () => undefined);
      threads.set(1);
      return time;
    };
    /** @type {Record<string, number[]>} */
    const laps = { alone: [], shared: [], after: [], silent: [], sending: [], bytes: [] };
    for (const step of [silent, early.step, early.step, late.step, sending]) await lap(step, 1);
    if (Number(rounds) > 0) await lapAlone();
    for (let round = 0; round < Number(rounds); round++) {
      laps.alone?.push(await lapAlone());
      const before = sent();
      laps.shared?.push(await lap(early.step));
      laps.bytes?.push((sent() - before) / Number(steps));
      laps.after?.push(await lap(late.step));
      laps.silent?.push(await lap(silent));
      laps.sending?.push(await lap(sending));
    }
    for (const { reducer } of [early, late]) reducer.dispose();
    return laps;
  }

  /** For each size of bucket, and each step: every rank's times of its buckets. */
  async function hide() {
    const result = [];
    for (const mebibytes of BUCKETS) {
      const bucketBytes = mebibytes * MEBIBYTE;
      const { reducer, step } = together({ bucketBytes, kind: 'c10d', timed: true });
      await lap(step, 2); // in the first one, c10d learns the order of the gradients
      /** @type {import('@kinora/torch').distributed.BucketTime[][]} */
      const own = [];
      const timedStep = () => {
        step();
        own.push(reducer.bucketTimes());
      };
      await lap(timedStep, Number(timed));
      const all = await world.toLead(JSON.stringify(own));
      reducer.dispose();
      result.push({ mebibytes, ranks: all.map((text) => JSON.parse(text)) });
    }
    return result;
  }
}

/** Bytes sent over the loopback device of this network. */
function sent() {
  return Number(readFileSync('/proc/net/dev', 'utf8').match(/lo:\s*(\d+)/)?.[1]);
}
