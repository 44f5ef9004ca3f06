/**
 * The learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017): trains for a few hundred
 * steps while the rate rises exponentially, and suggests the rate at which the loss falls fastest. It begins where the run would, and
 * writes nothing.
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type Device, KinoraError, kinoraError } from '@kinora/torch';
import { effectiveConfig, namingKeysOf, type RunConfig, type RunConfigInput } from '../config/index.js';
import { type BadClip, badClipLine } from '../data/lists/bad-clips.js';
import { readSplit } from '../data/splits.js';
import { type Progress, silent } from '../progress.js';
import { weightsFile } from '../run/checkpoint.js';
import { begin, NOTHING } from './beginning.js';
import { closeLoaders, openLoaders, trainingClips } from './clips.js';
import { baseRate } from './recipe/optimizer.js';
import { trainMode } from './recipe/parameters.js';
import { onlyTraining } from './run.js';
import { trainStep } from './step.js';
import { Training } from './training.js';

export interface LrRangeOptions {
  /** First learning rate. Default: 1e-6. */
  readonly from?: number;
  /** Last learning rate. Default: 10. */
  readonly to?: number;
  /** Steps from the first to the last. Default: 200. */
  readonly steps?: number;
  /** Where the network is trained. Default: `cpu`. */
  readonly device?: Device;
  /** Receives progress. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops after the current step with its reason. Default: none. */
  readonly signal?: AbortSignal;
}

/** One step of the test. */
export interface LrStep {
  /** Learning rate of the step, for groups without a multiplier. */
  readonly lr: number;
  /** Loss of its batch before the update, in nats, and its exponential moving average. */
  readonly loss: number;
  readonly smoothed: number;
}

export interface LrRange {
  readonly steps: readonly LrStep[];
  /** Where the smoothed loss falls fastest over the logarithm of the rate; undefined if it does not fall. */
  readonly suggested: number | undefined;
  /** Where the smoothed loss is lowest: training at this rate is about to diverge. */
  readonly lowest: number;
  /** Whether the test ended early because the loss had risen to a multiple of its lowest value. */
  readonly diverged: boolean;
}

/**
 * Runs the test for a configuration: its data, augmentation, network, `initFrom` and optimizer, without its schedule and warm-up.
 *
 * @throws KinoraError `config/*` and `data/*`; `lr-find/range` for a range that is empty; `train/busy`
 */
export async function findLearningRate(
  input: RunConfig | RunConfigInput,
  options: LrRangeOptions = {},
): Promise<LrRange> {
  const { from = 1e-6, to = 10, steps = 200 } = options;
  if (!(from > 0 && to > from && Number.isFinite(to) && Number.isSafeInteger(steps) && steps >= FEWEST))
    throw noRange(from, to, steps);
  const config = effectiveConfig({
    ...effectiveConfig(input),
    schedule: { name: 'constant' },
    warmupSteps: 0,
  });
  return namingKeysOf(config, () =>
    onlyTraining(config.name, () => test(config, { ...options, from, to, steps })),
  );
}

const FEWEST = 20;

const noRange = (from: number, to: number, steps: number): KinoraError =>
  kinoraError('lr-find/range', 'learning rates', {
    expected: `two rates above 0, the second larger, and at least ${FEWEST} steps`,
    received: `${from} to ${to} in ${steps} steps`,
  });

/** A loss this many times the lowest one has diverged. */
const DIVERGED = 4;
/** Weight of the past in the moving average of the loss. */
const SMOOTHING = 0.9;

async function test(
  config: RunConfig,
  {
    from,
    to,
    steps,
    device = 'cpu',
    progress = silent,
    signal,
  }: LrRangeOptions & Record<'from' | 'to' | 'steps', number>,
): Promise<LrRange> {
  const clips = trainingClips(config, readSplit(config, 'train'));
  const onBadClip = (clip: BadClip) => progress.log(badClipLine(clip));
  const loaders = openLoaders(clips, { onBadClip });
  const task = progress.task('learning rates', { total: steps, unit: 'steps', every: config.printSteps });
  const found: LrStep[] = [];
  let training: Training | undefined;
  let average = 0;
  try {
    training = new Training(clips, { stepsPerEpoch: loaders.train.batchesPerEpoch, device });
    const { initFrom } = config;
    begin(initFrom === null ? NOTHING : { from: 'other-weights', path: weightsFile(initFrom) }, training);
    trainMode(training.network, config.freeze);
    for (let epoch = 0; found.length < steps; epoch++)
      for await (const batch of loaders.train.epoch(epoch, { signal })) {
        const lr = from * (to / from) ** (found.length / (steps - 1));
        for (const group of training.optimizer.groups) group.lr = (lr * group.initialLr) / baseRate(config);
        const loss = lossOf(training, batch);
        batch.release();
        if (loss === undefined) return rangeOf(found, true);
        average = SMOOTHING * average + (1 - SMOOTHING) * loss;
        found.push({ lr, loss, smoothed: average / (1 - SMOOTHING ** (found.length + 1)) });
        task.update(found.length, `lr ${lr.toExponential(1)}, loss ${loss.toFixed(3)}`);
        await yieldToEventLoop();
        signal?.throwIfAborted();
        if (hasDiverged(found)) return rangeOf(found, true);
        if (found.length === steps) break;
      }
    return rangeOf(found, false);
  } finally {
    task.finish();
    await closeLoaders(loaders);
    training?.dispose();
  }
}

/** The loss of a step; undefined where it is not a number any more. */
function lossOf(training: Training, batch: Parameters<typeof trainStep>[1]): number | undefined {
  try {
    return trainStep(training, batch).loss;
  } catch (error) {
    if (error instanceof KinoraError && error.code === 'train/not-finite') return undefined;
    throw error;
  }
}

const hasDiverged = (steps: readonly LrStep[]): boolean =>
  steps.length >= FEWEST / 2 &&
  steps.at(-1)!.smoothed > DIVERGED * Math.min(...steps.map(({ smoothed }) => smoothed));

function rangeOf(steps: readonly LrStep[], diverged: boolean): LrRange {
  if (steps.length === 0)
    throw kinoraError('lr-find/not-finite', 'the first step', 'a finite loss', 'NaN', {
      hint: 'check initFrom and the data',
    });
  const losses = steps.map(({ smoothed }) => smoothed);
  const lowest = losses.indexOf(Math.min(...losses));
  return { steps, suggested: steepest(steps.slice(0, lowest + 1)), lowest: steps[lowest]!.lr, diverged };
}

/** Steps on each side that a slope is fitted over, and those at the start whose average is still noise. */
const REACH = 4;
const SETTLING = 5;

/** The rate at which the smoothed loss falls fastest: the least slope of a line through the neighbouring steps. */
export function steepest(steps: readonly LrStep[]): number | undefined {
  let least = 0;
  let found: number | undefined;
  for (let i = SETTLING + REACH; i < steps.length - REACH; i++) {
    const slope = slopeOf(steps.slice(i - REACH, i + REACH + 1));
    if (slope >= least) continue;
    least = slope;
    found = steps[i]!.lr;
  }
  return found;
}

/** Least squares of the smoothed loss over the logarithm of the rate. */
function slopeOf(steps: readonly LrStep[]): number {
  const mean = (of: (step: LrStep) => number) =>
    steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
  const x = ({ lr }: LrStep) => Math.log(lr);
  const [mx, my] = [mean(x), mean(({ smoothed }) => smoothed)];
  const covariance = mean((step) => (x(step) - mx) * (step.smoothed - my));
  return covariance / mean((step) => (x(step) - mx) ** 2);
}
