/** Rules fitted to logits of clips that their members were not trained on, and what they say of clips held out. */
import { fromTypedArray, manualSeed, scope } from '@kinora/torch';
import { fittedRules, newRule, type Rule, type RuleName } from '../model/ensemble/rules.js';
import { trainClassifier } from './classifier.js';
import { groupedFolds, otherRows } from './folds.js';
import { fitLogistic } from './logistic.js';
import { mixtureWeights } from './mixture.js';
import { applyRule, type LogitTable, pick } from './table.js';

export const isFitted = (name: RuleName): boolean => fittedRules.includes(name);

/** A rule fitted to the table; one without weights is only made. The caller disposes it. */
export async function fitRule(
  name: RuleName,
  table: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<Rule> {
  manualSeed(seed);
  const rule = newRule(name, table.members.length, table.classes);
  try {
    if (name === 'linear') await trainClassifier(rule, table, seed, signal);
    if (name === 'weighted') set(rule, { weights: mixtureWeights(table) });
    if (name === 'logistic') {
      const { weights, bias } = await fitLogistic(table, seed, signal);
      set(rule, { 'fc.weight': weights, 'fc.bias': bias });
    }
    return rule;
  } catch (error) {
    rule.dispose();
    throw error;
  }
}

function set(rule: Rule, values: Readonly<Record<string, Float64Array>>): void {
  const own = rule.stateDict();
  scope(() =>
    rule.loadStateDict(
      new Map(
        Object.entries(values).map(([name, value]) => [
          name,
          fromTypedArray(Float32Array.from(value), own.get(name)!.shape),
        ]),
      ),
    ),
  );
}

/**
 * The logits of a rule for every clip, each from a rule that was fitted without that clip's group, `[N, classes]`
 * (cross-fitting). A rule without weights needs no folds.
 */
export async function heldOutLogits(
  name: RuleName,
  table: LogitTable,
  folds: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const count = table.targets.length;
  if (!isFitted(name)) return fitAndApply(name, table, table, seed, signal);
  const logits = new Float32Array(count * table.classes);
  for (const fold of groupedFolds(table.groups, folds, seed)) {
    const outside = pick(table, otherRows(count, fold));
    const part = await fitAndApply(name, outside, pick(table, fold), seed, signal);
    for (const [i, n] of fold.entries())
      logits.set(part.subarray(i * table.classes, (i + 1) * table.classes), n * table.classes);
  }
  return logits;
}

/** The logits for `measured` of a rule fitted to `fitted`. */
export async function fitAndApply(
  name: RuleName,
  fitted: LogitTable,
  measured: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const rule = await fitRule(name, fitted, seed, signal);
  try {
    return applyRule(rule, measured);
  } finally {
    rule.dispose();
  }
}
