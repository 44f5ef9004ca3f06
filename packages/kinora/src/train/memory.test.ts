/** What steps and validations leave behind: the network's mode as it was, and not one tensor more. */
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { predictAll } from '../model/predict-all.js';
import { closeLoaders, type Loaders, openLoaders, readClips } from './clips.js';
import { trainStep } from './step.js';
import { TinyData, trainSession } from './tiny-run.test.util.js';
import { Training } from './training.js';

let data: TinyData;
let config: RunConfig;
let loaders: Loaders;
let training: Training;
const fail = (): never => {
  throw new Error('a bad clip');
};
beforeAll(() => {
  data = new TinyData();
  config = data.config('memory', {
    ...{ clipGradNorm: 1, labelSmoothing: 0.1, emaDecay: 0.9 },
    ...{ mixup: 1, cutmix: 1, accumulateSteps: 2, classWeights: 'balanced' },
  });
  const clips = readClips(config);
  loaders = openLoaders(clips, { onBadClip: fail });
  training = new Training(clips, { stepsPerEpoch: loaders.train.batchesPerEpoch });
});
afterAll(async () => {
  await closeLoaders(loaders);
  training.dispose();
  data.remove();
});

const validate = () => predictAll(training.network, loaders.val!, training.spec, 'cpu');

describe('validation', () => {
  test.each([true, false])('restores the mode training: %s', async (mode) => {
    training.network.train(mode);
    await validate();
    expect(training.network.training).toBe(mode);
  });

  test('restores it too when it is stopped', async () => {
    training.network.train();
    const options = { signal: AbortSignal.abort(new Error('enough')) };
    await expect(predictAll(training.network, loaders.val!, training.spec, 'cpu', options)).rejects.toThrow(
      'enough',
    );
    expect(training.network.training).toBe(true);
  });

  test('does not move the running statistics, and is the same twice', async () => {
    const [a, b] = [await validate(), await validate()];
    expect(b).toEqual(a);
  });
});

test('the number of live tensors is the same after each of 30 steps and validations between', async () => {
  const { network, average } = training;
  const counts: number[] = [];
  network.train();
  for (let epoch = 0; epoch < 10; epoch++) {
    for await (const batch of loaders.train.epoch(epoch)) {
      trainStep(training, batch);
      average!.update(network, counts.length + 1);
      counts.push(memoryStats().liveTensors);
    }
    await validate();
  }
  expect(counts).toHaveLength(30);
  expect(new Set(counts).size).toBe(1);
});

test('a whole run, a resumed one and a failed one give everything back', async () => {
  const before = memoryStats();
  const run = data.config('given-back', { epochs: 1, histograms: 1 });
  await trainSession(run);
  await trainSession({ ...run, epochs: 2 }, { resume: true });
  await expect(
    trainSession({ ...run, model: 'ConvColumnSmall', frames: 16 }, { resume: true }),
  ).rejects.toThrow();
  const after = memoryStats();
  expect([after.liveTensors, after.liveBytes]).toEqual([before.liveTensors, before.liveBytes]);
});
