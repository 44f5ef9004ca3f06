/**
 * The training loop: steps, epochs, validation, checkpoints. It knows no files and no configuration keys but through
 * what it is given, and every number it logs is a function of the state it started from. On a GPU it launches a step before it
 * reads what the last one says; a checkpoint waits until all is read.
 */
import { setImmediate } from 'node:timers/promises';
import type { Batch, ClipLoader } from '../data/load/loader.js';
import { percent } from '../figures/words.js';
import { type Averages, addBatch, addSums, averages, evaluated, noSums, type Sums } from '../measure/sums.js';
import { checkLoss } from '../model/finite.js';
import { PendingQueue } from '../model/pending.js';
import { predictAll } from '../model/predict-all.js';
import type { Progress, ProgressTask } from '../progress.js';
import type { TrainingProgress } from '../run/checkpoint.js';
import type { Lap } from './profile.js';
import type { Ranks } from './ranks/ranks.js';
import { trainMode } from './recipe/freeze.js';
import { scheduledRate } from './recipe/optimizer.js';
import { totalSteps } from './recipe/schedule.js';
import type { RunLog, StepRecord } from './run-log.js';
import { type LaunchedStep, launchStep, type StepResult } from './step.js';
import { evaluatedNetwork, type Training } from './training.js';

export interface LoopOptions {
  readonly trainLoader: ClipLoader;
  /** Undefined: no validation list, so that the training loss decides. */
  readonly valLoader: ClipLoader | undefined;
  readonly log: RunLog;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Told what has just been done, for a profile. */
  readonly lap?: Lap | undefined;
  /** The processes that share every batch, where there are several. */
  readonly ranks?: Ranks | undefined;
  /** Whether a step is launched before the last one is read. The numbers are the same. Default: on a GPU. */
  readonly runsAhead?: boolean | undefined;
  /** Publishes a checkpoint as `last`, and as `best` too if it is. */
  save(state: TrainingProgress, isBest: boolean): void;
  afterEpoch?(): Promise<void>;
}

/** Trains from `state`, which it moves on, until the configuration's end or the signal. */
export async function trainLoop(
  training: Training,
  state: TrainingProgress,
  options: LoopOptions,
): Promise<void> {
  const { config } = training;
  const stepsPerEpoch = options.trainLoader.batchesPerEpoch;
  const lastStep = totalSteps(config, stepsPerEpoch);
  if (state.step === 0) options.log.kernels(evaluatedNetwork(training), state);
  // A state with batches done has an epoch to finish, if only its validation.
  while (state.batch > 0 || (state.step < lastStep && !isExhausted(training))) {
    try {
      if (state.step < lastStep) await trainEpoch(training, state, options, lastStep);
      await finishEpoch(training, state, options);
    } catch (error) {
      // Something else may go wrong while the signal is up: only its own reason is a stop.
      if (!options.signal?.aborted || error !== options.signal.reason) throw error;
      options.save(state, false);
      return;
    }
  }
}

/** The plateau schedule ends training by going below lastLr. */
function isExhausted({ config, schedule, optimizer }: Training): boolean {
  schedule.apply(optimizer, config.warmupSteps);
  return config.schedule.name === 'plateau' && scheduledRate(config, optimizer) < config.lastLr;
}

async function trainEpoch(
  training: Training,
  state: TrainingProgress,
  options: LoopOptions,
  lastStep: number,
): Promise<void> {
  const { config, network, device } = training;
  const { trainLoader, progress, log, signal, save, lap, runsAhead = device !== 'cpu' } = options;
  const total = Math.min(trainLoader.batchesPerEpoch, state.batch + lastStep - state.step) * config.batchSize;
  const start = state.batch * config.batchSize;
  const task = progress.task(`epoch ${state.epoch + 1}`, {
    total,
    unit: 'clips',
    start,
    every: config.printSteps,
  });
  const pending = new PendingQueue<Launched>(runsAhead ? 1 : 0, (step) => {
    record(state, step, options);
    task.update(step.batch * config.batchSize, note(state));
  });
  trainMode(network, config.freeze);
  try {
    for await (const batch of trainLoader.epoch(state.epoch, { startBatch: state.batch, signal })) {
      lap?.('data');
      if (state.step === 0) log.clips(batch, config.logClips, training.spec.labels);
      await pending.add(launch(training, state, batch, options));
      lap?.('logging');
      // Yields to the event loop: Ctrl+C and the decoding threads are heard between steps only.
      await setImmediate();
      const isLast = state.step >= lastStep;
      const saves = config.saveSteps !== null && state.step % config.saveSteps === 0;
      if (isLast || saves) await pending.flush();
      signal?.throwIfAborted();
      if (isLast) break;
      if (saves) save(state, false);
    }
    await pending.flush();
  } catch (error) {
    if (signal?.aborted) await pending.flush(); // what is saved then has counted every step that it has taken
    throw error;
  } finally {
    pending.dispose();
    task.finish();
  }
}

/** A step on its way, and where training stood when it was launched. */
interface Launched extends Omit<StepRecord, 'loss'> {
  /** Batches of the epoch, this one included. */
  readonly batch: number;
  readonly result: LaunchedStep;
}

function launch(
  { config, network, average, optimizer, schedule, settings }: Training,
  state: TrainingProgress,
  batch: Batch,
  { lap, ranks }: Pick<LoopOptions, 'lap' | 'ranks'>,
): Launched {
  schedule.apply(optimizer, state.step);
  ranks?.seed(config, state.step);
  const result = launchStep(network, optimizer, batch, { ...settings, ...(lap && { lap }) });
  batch.release();
  schedule.afterStep();
  state.step++;
  state.batch++;
  average?.update(network, state.step);
  return {
    step: state.step,
    epoch: state.epoch,
    batch: state.batch,
    lr: scheduledRate(config, optimizer),
    result,
  };
}

/** Counts and logs a step that is done. */
function record(
  { sums }: TrainingProgress,
  { step, epoch, lr, result }: Launched,
  { log, ranks }: Pick<LoopOptions, 'log' | 'ranks'>,
): void {
  const read = result.read();
  const loss = ranks === undefined ? count(sums, read) : countAll(sums, read, ranks);
  log.step({ step, epoch, loss, lr });
}

/** Adds a step to the epoch's sums and returns the loss of its batch. */
function count(sums: Sums, { loss, logits, labels }: StepResult): number {
  addBatch(sums, loss, logits, labels);
  return loss;
}

/** The same where ranks have shared the batch. */
function countAll(sums: Sums, result: StepResult, ranks: Ranks): number {
  const own = noSums();
  count(own, result);
  const whole = ranks.addUp(result.loss, own);
  addSums(sums, whole.sums);
  return whole.loss;
}

async function finishEpoch(training: Training, state: TrainingProgress, options: LoopOptions): Promise<void> {
  const train = averages(state.sums);
  const { ranks } = options;
  ranks?.shareStatistics(training);
  const task = options.progress.task(`epoch ${state.epoch + 1}, validation`, {
    total: Math.ceil((options.valLoader?.clips ?? 0) / (ranks?.size ?? 1)),
    unit: 'clips',
  });
  const val = await validate(training, options, task).finally(() => task.finish());
  const lr = scheduledRate(training.config, training.optimizer);
  const isBest = keepBest(state, val ?? train);
  training.schedule.afterEpoch((val ?? train).loss);
  state.epoch++;
  state.batch = 0;
  state.sums = noSums();
  options.log.epoch({ step: state.step, epoch: state.epoch, lr, train, val });
  options.log.kernels(evaluatedNetwork(training), state);
  const { histograms } = training.config;
  if (histograms > 0 && state.epoch % histograms === 0) options.log.histograms(training.network, state.step);
  options.save(state, isBest);
  await options.afterEpoch?.();
  options.lap?.('between');
  options.progress.log(line(state.epoch, train, val, isBest));
}

async function validate(
  training: Training,
  { valLoader, signal, ranks }: LoopOptions,
  task: ProgressTask,
): Promise<Averages | undefined> {
  if (valLoader === undefined) return undefined;
  const { spec, device } = training;
  const network = evaluatedNetwork(training);
  const own = async (stop: AbortSignal | undefined): Promise<Sums> => {
    const { logits, targets } = await predictAll(network, valLoader, spec, device, { task, signal: stop });
    return evaluated(logits, targets);
  };
  const result = averages(await (ranks?.evaluate(own) ?? own(signal)));
  checkLoss(result.loss, 'validation loss');
  return result;
}

/** Higher top-1 is better; among equals the lower loss. */
function keepBest(state: TrainingProgress, { top1, loss }: Averages): boolean {
  const { best } = state;
  const isBest = best === null || top1 > best.top1 || (top1 === best.top1 && loss < best.loss);
  if (isBest) state.best = { top1, loss, epoch: state.epoch };
  return isBest;
}

const note = (state: TrainingProgress): string => {
  const { loss, top1 } = averages(state.sums);
  return `loss ${loss.toFixed(3)}, top-1 ${percent(top1)}`;
};

function line(epoch: number, train: Averages, val: Averages | undefined, isBest: boolean): string {
  const parts = [`epoch ${epoch}: train ${describe(train)}`];
  if (val !== undefined) parts.push(`val ${describe(val)}`);
  return `${parts.join('  |  ')}${isBest ? '  *' : ''}`;
}

const describe = ({ loss, top1, top5 }: Averages): string =>
  `loss ${loss.toFixed(3)}, top-1 ${percent(top1)}, top-5 ${percent(top5)}`;
