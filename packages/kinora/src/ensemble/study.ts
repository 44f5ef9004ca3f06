/**
 * Measures every member and every rule on the same clips. Fitted rules are only measured on clips that they were not
 * fitted to: a test list or, without one, held-out folds.
 */

import { type Interval, meanInterval } from '../measure/intervals.js';
import { errorCorrelation, oracle, rightness, type Summary, summarize } from '../measure/metrics.js';
import { type RuleName, ruleNames } from '../model/ensemble/rules.js';
import { type Progress, silent } from '../progress.js';
import { fitAndApply, heldOutLogits, isFitted } from './fit.js';
import type { LogitTable } from './logits.js';

/** A member or a rule. */
export interface Measured extends Summary {
  readonly name: string;
  /** Top-1 accuracy. */
  readonly accuracy: Interval;
  /** Top-1 accuracy minus the best member's, on the same resamples. */
  readonly gain: Interval;
}

export interface MeasuredRule extends Measured {
  readonly rule: RuleName;
  /** Fitted to clips that the members were trained on, only to show the effect. */
  readonly leaky: boolean;
}

export interface Study {
  readonly clips: number;
  /** Number of people, or of clips if people are unknown. */
  readonly groups: number;
  readonly members: readonly Measured[];
  /** Position of the member with the highest accuracy on these clips. */
  readonly best: number;
  readonly rules: readonly MeasuredRule[];
  /** Correlation of errors `[members, members]`. */
  readonly errors: Float64Array;
  /** Share of the clips that at least one member classifies correctly. */
  readonly oracle: number;
}

export interface StudyTables {
  /** Clips that no member was trained on; rules are fitted to them. */
  readonly fit: LogitTable;
  /** Other clips to measure on; absent: those of `fit`, in folds. */
  readonly test?: LogitTable | undefined;
  /** Clips that the members were trained on. */
  readonly leaky?: LogitTable | undefined;
}

export interface StudyOptions {
  readonly names: readonly string[];
  readonly folds: number;
  readonly seed: number;
  readonly progress?: Progress | undefined;
  /** Aborts between rounds of fitting; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

export async function study(
  { fit, test, leaky }: StudyTables,
  { names, folds, seed, signal, progress = silent }: StudyOptions,
): Promise<Study> {
  const table = test ?? fit;
  const { measure, best } = yardstick(table, seed);
  const dishonest = leaky === undefined ? [] : ruleNames.filter(isFitted);
  const task = progress.task('fitting rules', { total: ruleNames.length + dishonest.length, unit: 'rules' });
  const rules: MeasuredRule[] = [];
  const add = (rule: RuleName, name: string, logits: Float32Array, leaky: boolean) => {
    rules.push({ ...measure(name, logits), rule, leaky });
    task.update(rules.length, name);
  };
  try {
    for (const rule of ruleNames) {
      const logits =
        test === undefined
          ? await heldOutLogits(rule, fit, folds, seed, signal)
          : await fitAndApply(rule, fit, test, seed, signal);
      add(rule, rule, logits, false);
    }
    for (const rule of dishonest)
      add(rule, `${rule}, leaky`, await fitAndApply(rule, leaky!, table, seed, signal), true);
  } finally {
    task.finish();
  }
  return {
    clips: table.targets.length,
    groups: new Set(table.groups).size,
    members: table.members.map((logits, m) => measure(names[m]!, logits)),
    best,
    rules,
    errors: errorCorrelation(table),
    oracle: oracle(table),
  };
}

/** Measures logits for the table's clips against the best member. */
function yardstick(table: LogitTable, seed: number) {
  const { ids, targets, classes, groups } = table;
  const right = table.members.map((logits) => rightness(logits, targets, classes));
  const best = bestOf(right);
  const measure = (name: string, logits: Float32Array): Measured => {
    const own = rightness(logits, targets, classes);
    const above = Int8Array.from(own, (value, n) => value - right[best]![n]!);
    return {
      name,
      ...summarize({ ids, targets, logits }, classes),
      accuracy: meanInterval(own, groups, seed),
      gain: meanInterval(above, groups, seed),
    };
  };
  return { measure, best };
}

/** The member with the most correct predictions; the first one if there are several. */
function bestOf(right: readonly Uint8Array[]): number {
  const sums = right.map((own) => own.reduce((sum, value) => sum + value, 0));
  return sums.indexOf(Math.max(...sums));
}
