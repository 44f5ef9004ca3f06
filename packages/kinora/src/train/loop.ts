/**
 * The training loop: steps, epochs, validation, checkpoints. Every number that it logs is a function of the state that it
 * started from. On a GPU it launches a step before it reads the last one's results; before a checkpoint it reads all of them.
 */
import { setImmediate } from 'node:timers/promises';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { type RunConfig, spelled } from '../config/index.js';
import type { Batch } from '../data/load/loader.js';
import { percent, plural } from '../figures/words.js';
import { type Averages, addBatch, addSums, averages, evaluated, noSums, type Sums } from '../measure/sums.js';
import { checkLoss } from '../model/finite.js';
import { PendingQueue } from '../model/pending.js';
import { predictAll } from '../model/predict-all.js';
import type { ProgressTask } from '../progress.js';
import type { TrainingProgress } from '../run/checkpoint.js';
import type { Loaders } from './clips.js';
import { scheduledRate } from './recipe/optimizer.js';
import { trainMode } from './recipe/parameters.js';
import { totalSteps } from './recipe/schedule.js';
import type { RunWriter, StepRecord } from './run-writer.js';
import { type LaunchedStep, launchStep } from './step.js';
import type { Training } from './training.js';

export class TrainingLoop {
  readonly #training: Training;
  readonly #loaders: Loaders;
  readonly #writer: RunWriter;
  readonly #runsAhead: boolean;
  readonly #lastStep: number;
  readonly #untilEpoch: number;

  /**
   * @param runsAhead whether a step is launched before the last one is read; the numbers are the same. Default: on a GPU
   * @param untilEpoch finished epochs, in all, after which it stops as if it were the end. Default: the configured end
   */
  constructor(
    training: Training,
    loaders: Loaders,
    writer: RunWriter,
    runsAhead = training.device !== 'cpu',
    untilEpoch = Number.POSITIVE_INFINITY,
  ) {
    this.#untilEpoch = untilEpoch;
    this.#training = training;
    this.#loaders = loaders;
    this.#writer = writer;
    this.#runsAhead = runsAhead;
    if (training.config.patience !== null && loaders.val === undefined) throw noValidation(training.config);
    this.#lastStep = totalSteps(training.config, loaders.train.batchesPerEpoch);
  }

  /** Trains from the current state until the configured end or the signal. */
  async run(): Promise<void> {
    const { stop } = this.#training.ranks;
    const { progress } = this.#training;
    // A state with batches done has an epoch to finish, if only its validation.
    while (progress.batch > 0 || this.#goesOn()) {
      try {
        if (progress.step < this.#lastStep) await this.#trainEpoch();
        await this.#finishEpoch();
      } catch (error) {
        // Something else may go wrong while the signal is up: only its own reason is a stop.
        if (!stop?.aborted || error !== stop.reason) throw error;
        this.#writer.save(this.#training, false);
        return;
      }
    }
  }

  /** Whether there is another epoch to train. A function of the state, so that a resumed run ends where another would. */
  #goesOn(): boolean {
    const { config, progress } = this.#training;
    if (progress.epoch >= this.#untilEpoch || progress.step >= this.#lastStep) return false;
    if (isExhausted(this.#training)) return false;
    const waited = epochsSinceBest(progress);
    if (config.patience === null || waited < config.patience) return true;
    this.#writer.log(
      `stopped: ${plural(waited, 'epoch')} without a better validation result than that of epoch ${progress.best!.epoch + 1} (patience ${config.patience})`,
    );
    return false;
  }

  async #trainEpoch(): Promise<void> {
    const { config, network, ranks, progress, lap } = this.#training;
    const signal = ranks.stop;
    const task = this.#epochTask();
    const pending = new PendingQueue<Launched>(this.#runsAhead ? 1 : 0, (launched) => {
      this.#record(launched);
      task.update(launched.batch * config.batchSize, note(progress));
    });
    trainMode(network, config.freeze);
    try {
      for await (const batch of this.#loaders.train.epoch(progress.epoch, {
        startBatch: progress.batch,
        signal,
      })) {
        lap('data');
        if (progress.step === 0) this.#writer.firstBatch(this.#training, batch);
        await pending.add(this.#launch(batch));
        lap('logging');
        // Yields to the event loop: Ctrl+C and the decoding threads are heard between steps only.
        await setImmediate();
        const isLast = progress.step >= this.#lastStep;
        const saves = config.saveSteps !== null && progress.step % config.saveSteps === 0;
        if (isLast || saves) await pending.flush();
        signal?.throwIfAborted();
        if (isLast) break;
        if (saves) this.#writer.save(this.#training, false);
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

  #epochTask(): ProgressTask {
    const { config, progress } = this.#training;
    const lastBatch = progress.batch + this.#lastStep - progress.step;
    return this.#writer.task(`epoch ${progress.epoch + 1}`, {
      total: Math.min(this.#loaders.train.batchesPerEpoch, lastBatch) * config.batchSize,
      unit: 'clips',
      start: progress.batch * config.batchSize,
      every: config.printSteps,
    });
  }

  #launch(batch: Batch): Launched {
    const training = this.#training;
    const { config, network, average, optimizer, schedule, progress } = training;
    schedule.apply(optimizer, progress.step);
    training.ranks.seed(training);
    const result = launchStep(training, batch);
    batch.release();
    schedule.afterStep();
    progress.step++;
    progress.batch++;
    average?.update(network, progress.step);
    const { step, epoch, batch: number } = progress;
    return { step, epoch, batch: number, lr: scheduledRate(config, optimizer), result };
  }

  /** Counts and logs a step that is done. */
  #record({ step, epoch, lr, result }: Launched): void {
    const { ranks, progress } = this.#training;
    const { loss, logits, labels } = result.read();
    const local = noSums();
    addBatch(local, loss, logits, labels);
    const whole = ranks.addUp(loss, local);
    addSums(progress.sums, whole.sums);
    this.#writer.step({ step, epoch, loss: whole.loss, lr });
  }

  async #finishEpoch(): Promise<void> {
    const training = this.#training;
    const { config, ranks, schedule, progress } = training;
    const train = averages(progress.sums);
    ranks.shareStatistics(training);
    const val = await this.#validate();
    const lr = scheduledRate(config, training.optimizer);
    const isBest = keepBest(progress, val ?? train);
    schedule.afterEpoch((val ?? train).loss);
    progress.epoch++;
    progress.batch = 0;
    progress.sums = noSums();
    this.#writer.epoch(training, { lr, train, val });
    this.#writer.save(training, isBest);
    await ranks.compareWeights(training);
    for (const loader of [this.#loaders.train, this.#loaders.val])
      if (loader !== undefined) await ranks.collectBadClips(loader);
    training.lap('between');
    this.#writer.log(line(progress.epoch, train, val, isBest));
  }

  async #validate(): Promise<Averages | undefined> {
    const { spec, device, ranks, progress, evaluated: network } = this.#training;
    const loader = this.#loaders.val;
    const task = this.#writer.task(`epoch ${progress.epoch + 1}, validation`, {
      total: Math.ceil((loader?.clips ?? 0) / ranks.size),
      unit: 'clips',
    });
    try {
      if (loader === undefined) return undefined;
      const sums = await ranks.evaluate(async (signal): Promise<Sums> => {
        const { logits, targets } = await predictAll(network, loader, spec, device, { task, signal });
        return evaluated(logits, targets);
      });
      const result = averages(sums);
      checkLoss(result.loss, 'validation loss');
      return result;
    } finally {
      task.finish();
    }
  }
}

/** A step on its way, and where training stood when it was launched. */
interface Launched extends Omit<StepRecord, 'loss'> {
  /** Batches of the epoch, this one included. */
  readonly batch: number;
  readonly result: LaunchedStep;
}

/** The plateau schedule ends training by going below lastLr. */
function isExhausted({ config, schedule, optimizer }: Training): boolean {
  schedule.apply(optimizer, config.warmupSteps);
  return config.schedule.name === 'plateau' && scheduledRate(config, optimizer) < config.lastLr;
}

/** Whole epochs after the best one; 0 before the first has been validated. */
const epochsSinceBest = ({ best, epoch }: TrainingProgress): number =>
  best === null ? 0 : epoch - 1 - best.epoch;

/** Higher top-1 is better; among equals the lower loss. */
function keepBest(progress: TrainingProgress, { top1, loss }: Averages): boolean {
  const { best } = progress;
  const isBest = best === null || top1 > best.top1 || (top1 === best.top1 && loss < best.loss);
  if (isBest) progress.best = { top1, loss, epoch: progress.epoch };
  return isBest;
}

const noValidation = (config: RunConfig): KinoraError =>
  kinoraError('config/contradiction', spelled(config, 'patience'), {
    expected: 'validation clips, whose result it waits for',
    received: 'a configuration without any',
    hint: `give ${spelled(config, 'validationList')}, or leave ${spelled(config, 'patience')} out`,
  });

const note = ({ sums }: TrainingProgress): string => {
  const { loss, top1 } = averages(sums);
  return `loss ${loss.toFixed(3)}, top-1 ${percent(top1)}`;
};

function line(epoch: number, train: Averages, val: Averages | undefined, isBest: boolean): string {
  const parts = [`epoch ${epoch}: train ${describe(train)}`];
  if (val !== undefined) parts.push(`val ${describe(val)}`);
  return `${parts.join('  |  ')}${isBest ? '  *' : ''}`;
}

const describe = ({ loss, top1, top5 }: Averages): string =>
  `loss ${loss.toFixed(3)}, top-1 ${percent(top1)}, top-5 ${percent(top5)}`;
