/**
 * What a run writes while it trains: `config.json`, checkpoints, `metrics.jsonl` (every step and epoch), `kernels.jsonl` (how
 * the first convolution changes), TensorBoard events under the tutorial's tags, `bad_clips.csv`, and `log.txt` with the
 * lines that were printed. Of several ranks only rank 0 writes.
 */
import { appendFileSync, rmSync } from 'node:fs';
import { noGrad, scope } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import type { BadClip } from '../data/lists/bad-clips.js';
import { badClipReporter } from '../data/lists/write-lists.js';
import { writeRecord } from '../files/record.js';
import type { Averages } from '../measure/sums.js';
import type { Network } from '../model/network.js';
import { type Progress, type ProgressOptions, type ProgressTask, silent } from '../progress.js';
import { stripPixels } from '../report/strips.js';
import { makeLast, saveCheckpoint, saveTar, wantsTar } from '../run/checkpoint.js';
import { EventWriter, planEventsCut } from '../run/events.js';
import { firstKernels, kernelRecord } from '../run/first-kernels.js';
import { linked } from '../run/generations.js';
import { MetricsLog, type MetricsRecord, planCut } from '../run/metrics-log.js';
import { makeRunFolder, type RunFolder, runFolderOf } from '../run/run-folder.js';
import type { ClipBatch } from './batch.js';
import type { Beginning } from './beginning.js';
import type { Training } from './training.js';

export interface StepRecord {
  /** Optimizer steps made, this one included. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
}

export interface EpochRecord {
  readonly lr: number;
  readonly train: Averages;
  readonly val: Averages | undefined;
}

export interface RunWriter extends Progress {
  /** Reports a clip that cannot be read, and lists it. */
  badClip(clip: BadClip): void;
  /**
   * Makes the run folder and opens the logs, and returns lines about damage. Of a resumed run, the checkpoint that it begins at
   * becomes the last, and the logs are cut back to it. Where a log cannot be read it throws and leaves everything as it was.
   */
  open(training: Training, beginning: Beginning): string[];
  /** The first clips of the first batch as film strips. */
  firstBatch(training: Training, batch: ClipBatch): void;
  step(record: StepRecord): void;
  /** After the epoch was counted in `training`. */
  epoch(training: Training, record: EpochRecord): void;
  /** Publishes a checkpoint as `last`, and as `best` too if it is. */
  save(training: Training, isBest: boolean): void;
  close(): void;
}

/** Of ranks above 0. */
export const noWriter: RunWriter = {
  ...silent,
  badClip: () => undefined,
  open: () => [],
  firstBatch: () => undefined,
  step: () => undefined,
  epoch: () => undefined,
  save: () => undefined,
  close: () => undefined,
};

interface Logs {
  readonly metrics: MetricsLog;
  readonly kernels: MetricsLog;
  readonly events: EventWriter;
}

export class FolderWriter implements RunWriter {
  readonly #folder: RunFolder;
  readonly #resumed: boolean;
  readonly #progress: Progress;
  #logs: Logs | undefined;
  readonly badClip: (clip: BadClip) => void;

  constructor(config: RunConfig, resumed: boolean, progress: Progress) {
    this.#folder = runFolderOf(config);
    this.#resumed = resumed;
    this.#progress = progress;
    this.badClip = badClipReporter(this.#folder.badClips, resumed, this);
  }

  task(label: string, options?: ProgressOptions): ProgressTask {
    return this.#progress.task(label, options);
  }

  /** Lines that stay are also kept in the run's log.txt. */
  log(line: string): void {
    this.#progress.log(line);
    appendFileSync(this.#folder.log, `${new Date().toISOString()} ${line}\n`);
  }

  open(training: Training, { path }: Beginning): string[] {
    const folder = this.#folder;
    const { config, progress } = training;
    const cut = planCuts(folder, this.#resumed ? progress : undefined);
    // The links first: killed before the logs are cut, a resume from the best checkpoint resumes there again.
    if (this.#resumed) makeLast(folder.checkpoints, path);
    makeRunFolder(folder);
    writeRecord(folder.config, config);
    if (!this.#resumed) rmSync(folder.badClips, { force: true });
    // A kill may have come between the last checkpoint and the tutorial's files.
    else if (wantsTar(config)) saveTar(training, lastIsBest(folder));
    const damage = cut();
    this.#logs = {
      metrics: new MetricsLog(folder.metrics),
      kernels: new MetricsLog(folder.kernels),
      events: new EventWriter(folder.events, this.#resumed ? { resumedAt: progress.step } : {}),
    };
    if (progress.step === 0) this.#writeKernels(training);
    return damage;
  }

  close(): void {
    for (const log of Object.values(this.#logs ?? {})) log.close();
  }

  firstBatch({ config, spec }: Training, batch: ClipBatch): void {
    for (const [i, clip] of clipsOf(batch, config.logClips).entries())
      this.#logs!.events.image(`clips/${i} ${spec.labels[Number(batch.labels[i])]}`, stripPixels(clip), 0);
  }

  step({ step, epoch, loss, lr }: StepRecord): void {
    const { metrics, events } = this.#logs!;
    metrics.write({ step, epoch, loss, lr });
    events.scalar('batch_loss', loss, step);
    events.scalar('lr', lr, step);
  }

  epoch(training: Training, { lr, train, val }: EpochRecord): void {
    const { step, epoch } = training.progress;
    const { metrics, events } = this.#logs!;
    const values = epochValues(train, val);
    metrics.write({ step, finished_epoch: epoch, lr, ...values });
    for (const [tag, value] of Object.entries(values)) events.scalar(tag, value, step);
    this.#writeKernels(training);
    const { histograms } = training.config;
    if (histograms > 0 && epoch % histograms === 0) writeHistograms(events, training.network, step);
  }

  save(training: Training, isBest: boolean): void {
    for (const log of Object.values(this.#logs!)) log.flush();
    saveCheckpoint(this.#folder.checkpoints, isBest ? ['last', 'best'] : ['last'], training);
    if (wantsTar(training.config)) saveTar(training, isBest);
  }

  /** The first convolution as it is after so many finished epochs; 0 is before training. */
  #writeKernels({ evaluated, progress: { step, epoch } }: Training): void {
    const found = firstKernels(evaluated);
    if (found !== undefined) this.#logs!.kernels.write(kernelRecord(found, step, epoch));
  }
}

/**
 * Checks all logs of a folder, and returns what removes everything logged after the state that training begins with.
 *
 * @param resumed where a resumed run begins
 */
function planCuts(folder: RunFolder, resumed: { step: number; epoch: number } | undefined): () => string[] {
  const { step: lastStep, epoch: lastEpoch } = resumed ?? { step: 0, epoch: 0 };
  // The last step of an epoch may be saved while the epoch is not: it will be finished, and logged, again.
  const isPast = ({ step, finished_epoch }: MetricsRecord) =>
    step <= lastStep && Number(finished_epoch ?? 0) <= lastEpoch;
  const events = planEventsCut(folder.events, resumed === undefined ? -1 : lastStep);
  const cuts = [
    planCut(folder.metrics, isPast),
    planCut(folder.kernels, (record) => lastStep > 0 && isPast(record)),
    events,
  ];
  return () => {
    for (const { apply } of cuts) apply();
    return events.damaged.map(
      ({ file, places }) =>
        `${file} was damaged in ${places} ${places === 1 ? 'place' : 'places'}; all other events are kept`,
    );
  };
}

/** The tutorial's names. */
function epochValues(train: Averages, val: Averages | undefined): Record<string, number> {
  const { loss, top1, top5 } = train;
  return {
    loss,
    top1,
    top5,
    ...(val && { val_loss: val.loss, val_top1: val.top1, val_top5: val.top5 }),
  };
}

function writeHistograms(events: EventWriter, network: Network, step: number): void {
  for (const [name, parameter] of network.namedParameters())
    events.histogram(
      name,
      scope(() => noGrad(() => Float64Array.from(parameter.toTypedArray() as Float32Array))),
      step,
    );
}

function clipsOf({ clips, shape: [n, count, height, width] }: ClipBatch, most: number) {
  const bytes = count * height * width * 3;
  return Array.from({ length: Math.min(n, most) }, (_, i) => ({
    data: clips.subarray(i * bytes, (i + 1) * bytes),
    count,
    height,
    width,
  }));
}

const lastIsBest = ({ checkpoints }: RunFolder): boolean =>
  linked(checkpoints, 'last') === linked(checkpoints, 'best');
