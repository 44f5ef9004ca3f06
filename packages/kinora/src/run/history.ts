/** The epochs that a run's training logged. */
import { existsSync } from 'node:fs';
import type { RunConfig } from '../config/index.js';
import { type MetricsRecord, readMetrics } from './log.js';
import { runFolderOf } from './run-folder.js';

/** One epoch as logged; shares between 0 and 1, what was not measured is left out. */
export interface EpochMetrics {
  epoch: number;
  loss?: number | undefined;
  top1?: number | undefined;
  top5?: number | undefined;
  val_loss?: number | undefined;
  val_top1?: number | undefined;
  val_top5?: number | undefined;
  /** Learning rate at the end of the epoch. */
  lr?: number | undefined;
}

/** In order; none for a network that was trained elsewhere. */
export function epochMetrics(config: RunConfig): EpochMetrics[] {
  const { metrics } = runFolderOf(config);
  if (!existsSync(metrics)) return [];
  return readMetrics(metrics)
    .filter((record) => record.finished_epoch !== undefined)
    .map(({ finished_epoch, ...values }: MetricsRecord) => ({
      epoch: Number(finished_epoch),
      ...(values as Omit<EpochMetrics, 'epoch'>),
    }));
}
