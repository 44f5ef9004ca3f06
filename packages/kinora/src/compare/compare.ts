/**
 * A comparison: measures the cost of every network, then trains and evaluates row after row, and rewrites tables and
 * charts after each. A failed row keeps its error and the others continue; an interruption stops everything.
 */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { RunConfig } from '../config/index.js';
import { type Progress, silent } from '../progress.js';
import { attempt, workOnAll } from '../trials/queue.js';
import { CostCache } from './cost-cache.js';
import type { Cost, RowRecord } from './data.js';
import { type ComparePlan, planRows, type RowPlan } from './plan.js';
import { type RowOptions, readRow, runRow, runRowInChild } from './row.js';

/** Which networks to compare, on what budget. */
export interface CompareOptions extends ComparePlan, RowOptions {
  /** Time the networks again, even those that already have figures. */
  readonly measure?: boolean;
  /** Seconds to measure each speed of a network. */
  readonly seconds?: number;
  /** Rows trained in parallel, each in a process with its share of the processors. Default: 1, in this process. */
  readonly jobs?: number;
  /** Called whenever a row has changed. */
  readonly publish?: (rows: readonly Row[]) => Promise<void>;
}

/** A row of the table. */
export interface Row {
  readonly plan: RowPlan;
  cost?: Cost;
  record?: RowRecord;
  /** Why it failed. */
  error?: string;
}

/** Does the remaining work and returns all rows. Throws the signal's reason after saving the current work. */
export async function compare(options: CompareOptions): Promise<Row[]> {
  const { progress = silent, publish = async () => undefined, jobs = 1 } = options;
  const rows: Row[] = (await planRows(options)).map((plan) => ({ plan }));
  await measureAll(rows, options, progress);
  await workOnAll(rows, { ...options, jobs, publish: () => publish(rows) }, async (row) => {
    row.record = await train(row.plan.config, options);
  });
  return rows;
}

function train(config: RunConfig, options: CompareOptions): Promise<RowRecord> {
  const { jobs = 1 } = options;
  if (jobs === 1) return runRow(config, options);
  return runRowInChild(config, options, jobs);
}

/** Measures costs first, so that a network that cannot be built is reported before hours of training. */
async function measureAll(rows: readonly Row[], options: CompareOptions, progress: Progress): Promise<void> {
  const { device = 'cpu', measure = false, runs, seconds } = options;
  const costs = new CostCache(runs, device, measure, seconds);
  const task = progress.task('timing the networks', { total: rows.length, unit: 'rows' });
  try {
    for (const [i, row] of rows.entries()) {
      await attempt(row, options, async () => {
        const record = readRow(row.plan.config);
        if (record !== undefined) row.record = record;
        row.cost = costs.costOf(row.plan.config);
      });
      // Signals such as Ctrl+C are only handled between turns of the event loop.
      await yieldToEventLoop();
      task.update(i + 1, row.plan.candidate.name);
    }
  } finally {
    task.finish();
  }
}
