/** The epochs that a run's training logged. */
import { existsSync } from 'node:fs';
import type { RunConfig } from '../config/index.js';
import type { EpochMetrics } from '../report/data.js';
import { type MetricsRecord, readMetrics } from './log.js';
import { runFolderOf } from './run-folder.js';

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
