/**
 * What a run writes while it trains: `metrics.jsonl` (every step and epoch), `kernels.jsonl` (how the first convolution
 * changes), TensorBoard events under the tutorial's tags, and `log.txt` with the lines a person saw.
 */
import { appendFileSync } from 'node:fs';
import { noGrad, scope } from '@kinora/torch';
import type { Averages } from '../measure/sums.js';
import type { Network } from '../model/network.js';
import type { Progress } from '../progress.js';
import { stripPixels } from '../report/strips.js';
import { EventWriter, truncateEvents } from '../run/events.js';
import { firstKernels, kernelRecord } from '../run/first-kernels.js';
import { keepMetrics, MetricsLog, type MetricsRecord } from '../run/metrics-log.js';
import type { RunFolder } from '../run/run-folder.js';
import type { ClipBatch } from './batch.js';

export interface StepRecord {
  /** Optimizer steps made, this one included. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
}

export interface EpochRecord {
  readonly step: number;
  /** Epochs finished, this one included. */
  readonly epoch: number;
  readonly lr: number;
  readonly train: Averages;
  readonly val: Averages | undefined;
}

export interface RunLog {
  step(record: StepRecord): void;
  epoch(record: EpochRecord): void;
  /** The first `count` clips of a batch as film strips. */
  clips(batch: ClipBatch, count: number, labels: readonly string[]): void;
  histograms(network: Network, step: number): void;
  /** The first convolution as it is after so many finished epochs; 0 is before training. */
  kernels(network: Network, at: ResumedAt): void;
  /** Waits until everything is on the disk; before a checkpoint is published. */
  flush(): void;
  close(): void;
}

/** Where a resumed run stands. */
export interface ResumedAt {
  readonly step: number;
  /** Finished epochs. */
  readonly epoch: number;
}

/** Opens the logs of a run; those of a resumed one are cut back to where its checkpoint stands. */
export function openRunLog(folder: RunFolder, resumed: ResumedAt | undefined): RunLog {
  const { step: lastStep, epoch: lastEpoch } = resumed ?? { step: 0, epoch: 0 };
  // The last step of an epoch may be saved while the epoch is not: it will be finished, and logged, again.
  const isPast = ({ step, finished_epoch }: MetricsRecord) =>
    step <= lastStep && Number(finished_epoch ?? 0) <= lastEpoch;
  keepMetrics(folder.metrics, isPast);
  keepMetrics(folder.kernels, (record) => lastStep > 0 && isPast(record));
  truncateEvents(folder.events, resumed === undefined ? -1 : lastStep);
  const metrics = new MetricsLog(folder.metrics);
  const kernels = new MetricsLog(folder.kernels);
  const events = new EventWriter(folder.events, resumed === undefined ? {} : { resumedAt: lastStep });
  return {
    step({ step, epoch, loss, lr }) {
      metrics.write({ step, epoch, loss, lr });
      events.scalar('batch_loss', loss, step);
      events.scalar('lr', lr, step);
    },
    epoch({ step, epoch, lr, train, val }) {
      const values = epochValues(train, val);
      metrics.write({ step, finished_epoch: epoch, lr, ...values });
      for (const [tag, value] of Object.entries(values)) events.scalar(tag, value, step);
    },
    clips(batch, count, labels) {
      for (const [i, clip] of clipsOf(batch, count).entries())
        events.image(`clips/${i} ${labels[Number(batch.labels[i])]}`, stripPixels(clip), 0);
    },
    histograms(network, step) {
      for (const [name, parameter] of network.namedParameters())
        events.histogram(
          name,
          scope(() => noGrad(() => Float64Array.from(parameter.toTypedArray() as Float32Array))),
          step,
        );
    },
    kernels(network, { step, epoch }) {
      const found = firstKernels(network);
      if (found !== undefined) kernels.write(kernelRecord(found, step, epoch));
    },
    flush() {
      metrics.flush();
      kernels.flush();
      events.flush();
    },
    close() {
      metrics.close();
      kernels.close();
      events.close();
    },
  };
}

/** For ranks that keep no log: rank 0 logs for all. */
export const noRunLog: RunLog = {
  step: () => undefined,
  epoch: () => undefined,
  clips: () => undefined,
  histograms: () => undefined,
  kernels: () => undefined,
  flush: () => undefined,
  close: () => undefined,
};

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

function clipsOf({ clips, shape: [n, count, height, width] }: ClipBatch, most: number) {
  const bytes = count * height * width * 3;
  return Array.from({ length: Math.min(n, most) }, (_, i) => ({
    data: clips.subarray(i * bytes, (i + 1) * bytes),
    count,
    height,
    width,
  }));
}

/** Lines that stay are also kept in the run's log.txt. */
export function loggedProgress(progress: Progress, file: string): Progress {
  return {
    task: progress.task,
    log(line) {
      progress.log(line);
      appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
    },
  };
}
