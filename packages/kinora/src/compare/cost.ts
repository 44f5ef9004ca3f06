/**
 * The cost of a network on this machine: parameters and multiply-accumulates from one traced clip, and the measured
 * speed of training steps and latency of one clip, on clips in memory, so that disk and decoding are excluded.
 */

import {
  clipLength,
  clipSize,
  FLOW_FIELDS,
  fieldBytes,
  type PreprocessSpec,
  randomStream,
} from '@kinora/clip';
import { cuda, type Device, inferenceMode, scope, threads } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { networkCost } from '../model/cost/cost.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';
import { trainingClips } from '../train/clips.js';
import { trainStep } from '../train/step.js';
import { Training } from '../train/training.js';
import type { Cost } from './data.js';

/** Each figure is the median of at least this many runs, within about this many seconds. */
const RUNS = 5;
const PATIENCE = 20;
/** Schedules need a length, and class weights need clips; no figure depends on them. */
const STEPS_PER_EPOCH = 1000;

/**
 * Builds the network as training would, measures it and disposes it.
 * @param seconds to measure each of the two figures
 */
export function measureCost(config: RunConfig, labels: readonly string[], device: Device, seconds = 3): Cost {
  const training = new Training(trainingClips(config, oneClipEach(labels)), {
    stepsPerEpoch: STEPS_PER_EPOCH,
    device,
  });
  try {
    const { parameters, macs } = networkCost(training.network, clipSize(training.spec));
    const step = medianSeconds(trainer(training), device, seconds);
    const clip = medianSeconds(predictor(training), device, seconds);
    return {
      parameters,
      macs,
      trainClipsPerSecond: config.batchSize / step,
      latencyMs: 1000 * clip,
      batchSize: config.batchSize,
      threads: threads.get(),
      device,
    };
  } finally {
    training.dispose();
  }
}

const oneClipEach = (labels: readonly string[]): ClipList => ({
  labels,
  items: labels.map((id, label) => ({ id, path: '', label })),
  dropped: 0,
});

/** One step of the configuration's batch size. */
function trainer(training: Training): () => void {
  const { config, network, spec } = training;
  network.train();
  const batch = { ...noise(config.batchSize, spec, network), epoch: 0, number: 0 };
  return () => void trainStep(training, batch);
}

/** One clip from bytes to logits. */
function predictor({ network, spec, device }: Training): () => void {
  network.eval();
  const batch = noise(1, spec, network);
  return () =>
    scope(() =>
      inferenceMode(() => {
        network.call(...networkInputs(batch, spec, device)).logits.toTypedArray();
      }),
    );
}

/** A batch of random pixels, flow if the network needs it, and labels. */
function noise(count: number, spec: PreprocessSpec, { flow }: Network) {
  const { height, width } = spec.crop;
  const shape = [count, clipLength(spec)!, height, width] as const;
  const random = randomStream(1);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
  const clips = bytes(3 * shape.reduce((a, b) => a * b));
  const labels = BigInt64Array.from({ length: count }, () => BigInt(random.below(spec.labels.length)));
  const motion = flow && { flow: bytes(count * fieldBytes(spec.crop, FLOW_FIELDS)) };
  return { clips, shape, labels, ...motion };
}

/** Seconds of one run: the median, after one warm-up run. */
function medianSeconds(run: () => void, device: Device, seconds: number): number {
  const times: number[] = [];
  const once = () => {
    const start = performance.now();
    run();
    if (device.startsWith('cuda')) cuda.synchronize(device);
    return (performance.now() - start) / 1000;
  };
  once();
  const enough = (spent: number) => spent > PATIENCE || (times.length >= RUNS && spent > seconds);
  for (let spent = 0; !enough(spent); spent += times.at(-1)!) times.push(once());
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}
