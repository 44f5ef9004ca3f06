/**
 * Running ahead, as on a GPU: a step is launched before the last one is read. On a CPU the same program does it, so that all
 * but the device's own queues is tested here: what is logged, saved and freed, and when.
 */
import { memoryStats } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig, RunConfigInput } from '../config/index.js';
import type { Batch, EpochOptions } from '../data/load/loader.js';
import { readSplit } from '../data/splits.js';
import { PendingQueue, type PendingResult } from '../model/pending.js';
import { openLoaders, trainingClips } from './clips.js';
import { TrainingLoop } from './loop.js';
import { alone } from './ranks/ranks.js';
import { noWriter, type RunWriter } from './run-writer.js';
import { losses, outcome, TinyData, trainSession } from './tiny-run.test.util.js';
import { Training } from './training.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const CHANGES: RunConfigInput = {
  ...{ epochs: 3, saveSteps: 2, emaDecay: 0.9, accumulateSteps: 2, mixup: 0.4 },
  ...{ schedule: 'cosine', optimizer: 'adamw', clipGradNorm: 1, logClips: 1 },
};

describe('a run ahead of its results', () => {
  let whole: RunConfig;
  beforeAll(async () => {
    whole = data.config('in-step', CHANGES);
    await trainSession(whole, { runsAhead: false });
  });

  test('leaves what one in step with them leaves, to the bit', async () => {
    const config = data.config('ahead', CHANGES);
    await trainSession(config, { runsAhead: true });
    expect(losses(config)).toHaveLength(9);
    expect(outcome(config)).toEqual(outcome(whole));
  });

  test('and so it does when it was interrupted anywhere, ahead or not', async () => {
    const config = data.config('ahead-in-parts', CHANGES);
    const stops = [1, 2, 3].map((update) => ({ task: `epoch ${update}`, update }));
    for (const [i, stopAt] of [...stops, undefined].entries()) {
      const session = { ...config, workers: i % 3 };
      await trainSession(session, { resume: i > 0, runsAhead: i !== 1, ...(stopAt && { stopAt }) });
    }
    expect(outcome(config)).toEqual(outcome(whole));
  });

  test('that diverges keeps its last good checkpoint', async () => {
    const config = data.config('ahead-diverging', { epochs: 1, optimizer: 'sgd', schedule: 'constant' });
    await trainSession(config, { runsAhead: true });
    const before = outcome(config);
    const diverging = { ...config, epochs: 9, lr: 1e30 };
    await expect(trainSession(diverging, { resume: true, runsAhead: true })).rejects.toThrow(
      'expected a finite loss, received NaN; training has diverged; the last checkpoint is kept',
    );
    expect(outcome(config).files.every((file, i) => file === before.files[i])).toBe(true);
  });
});

/**
 * Trains with a loop of its own; `onStep` is told which step was read, and how many were launched by then. `stopAt`: a batch
 * that is still waited for when the signal is raised.
 */
async function loop(
  runsAhead: boolean,
  onStep: (read: number, launched: number) => void,
  stopAt?: number,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const config = data.config('loop', { maxSteps: 5, ...CHANGES });
  const clips = trainingClips(config, readSplit(config, 'train'));
  const fail = () => expect.unreachable('no clip is bad');
  const { train } = openLoaders(clips, { onBadClip: fail });
  async function* epoch(number: number, options?: EpochOptions): AsyncGenerator<Batch, void, void> {
    for await (const batch of train.epoch(number, options)) {
      if (batch.number === stopAt) controller.abort();
      options?.signal?.throwIfAborted();
      yield batch;
    }
  }
  const stepsPerEpoch = train.batchesPerEpoch;
  const training = new Training(clips, { stepsPerEpoch, ranks: alone(signal) });
  const { progress } = training;
  const writer: RunWriter = {
    ...noWriter,
    step: ({ step }) => onStep(step, progress.step),
    save: () => expect(progress.sums.clips).toBe(progress.batch * config.batchSize),
  };
  try {
    await new TrainingLoop(training, { train: { ...train, epoch }, val: undefined }, writer, runsAhead).run();
  } finally {
    await train.close();
    training.dispose();
  }
}

test('one step is launched before the last is read; before a checkpoint and at the end all are read', async () => {
  const order: [read: number, launched: number][] = [];
  await loop(true, (...step) => order.push(step));
  // Three steps an epoch; saved after steps 2 and 4.
  expect(order).toEqual([
    [1, 2],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
  ]);
  order.length = 0;
  await loop(false, (...step) => order.push(step));
  expect(order.map(([, launched]) => launched)).toEqual([1, 2, 3, 4, 5]);
});

test('stopped while it waits for a batch, it has read and counted every step before it saves', async () => {
  for (const runsAhead of [true, false]) {
    const read: number[] = [];
    await loop(runsAhead, (step) => read.push(step), 1);
    expect(read).toEqual([1]);
  }
});

test('whatever ends it, every tensor is given back', async () => {
  const { liveTensors } = memoryStats();
  await loop(true, () => undefined);
  const refuse = (read: number) => {
    if (read === 3) throw new Error('no space left');
  };
  await expect(loop(true, refuse)).rejects.toThrow('no space left');
  expect(memoryStats().liveTensors).toBe(liveTensors);
});

describe('pending results', () => {
  /** Arrives when `arrive` is called. */
  class Parcel implements PendingResult {
    arrive = (): void => undefined;
    dropped = false;
    readonly #here = new Promise<void>((resolve) => {
      this.arrive = resolve;
    });
    arrival = () => this.#here;
    dispose = () => {
      this.dropped = true;
    };
  }
  const parcels = () => Array.from({ length: 3 }, (_, number) => ({ number, result: new Parcel() }));

  test('is read in order, as late as it may be and never before it is there', async () => {
    const read: number[] = [];
    const pending = new PendingQueue<{ number: number; result: Parcel }>(1, ({ number }) =>
      read.push(number),
    );
    const [a, b, c] = parcels();
    await pending.add(a!);
    expect(read).toEqual([]);
    const second = pending.add(b!);
    b!.result.arrive();
    await Promise.resolve();
    expect(read).toEqual([]);
    a!.result.arrive();
    await second;
    expect(read).toEqual([0]);
    c!.result.arrive();
    await pending.add(c!);
    await pending.flush();
    expect(read).toEqual([0, 1, 2]);
  });

  test('is dropped after an error, and nothing is read twice', async () => {
    const [a, b, c] = parcels();
    const pending = new PendingQueue<{ number: number; result: Parcel }>(2, () => {
      throw new Error('unreadable');
    });
    for (const piece of [a!, b!, c!]) {
      piece.result.arrive();
      if (piece !== c) await pending.add(piece);
    }
    await expect(pending.add(c!)).rejects.toThrow('unreadable');
    pending.dispose();
    expect([a!, b!, c!].map(({ result }) => result.dropped)).toEqual([false, true, true]);
    await pending.flush();
  });
});
