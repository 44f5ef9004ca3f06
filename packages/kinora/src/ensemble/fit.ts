/** Fits rules to logits of clips that their members were not trained on, and computes their logits for held-out clips. */

import { setImmediate } from 'node:timers/promises';
import { permutation, randomStream, softmax } from '@kinora/clip';
import { fromTypedArray, manualSeed, nn, optim, scope } from '@kinora/torch';
import { groupedFolds, otherRows } from '../measure/folds.js';
import { fittedRules, newRule, type Rule, type RuleName } from '../model/ensemble/rules.js';
import { fitLogistic } from './logistic.js';
import { applyRule, type LogitTable, pick } from './logits.js';

export const isFitted = (name: RuleName): boolean => fittedRules.includes(name);

/** A rule fitted to the table; rules without weights are just created. The caller disposes it. */
export async function fitRule(
  name: RuleName,
  table: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<Rule> {
  manualSeed(seed);
  const rule = newRule(name, table.members.length, table.classes);
  try {
    if (name === 'linear') await trainLinear(rule, table, seed, signal);
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
 * The logits of a rule for every clip, `[N, classes]`, each from a rule that was fitted without that clip's group
 * (cross-fitting). Rules without weights need no folds.
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

const EPOCHS = 200;
const BATCH = 100;
/** Identifies the random streams of the order. */
const ORDER = 0xc1a5;

/**
 * Trains the rule's parameters in place, as the tutorial trains its Classifier: cross-entropy, Adam with AMSGrad,
 * learning rate 0.001, batches of 100, no weight decay.
 */
async function trainLinear(rule: Rule, table: LogitTable, seed: number, signal?: AbortSignal): Promise<void> {
  const optimizer = new optim.Adam(rule.parameters(), { amsgrad: true, lr: 0.001 });
  try {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      await setImmediate();
      signal?.throwIfAborted();
      const order = permutation(table.targets.length, randomStream(seed, ORDER, epoch));
      for (let first = 0; first < order.length; first += BATCH)
        linearStep(rule, optimizer, pick(table, order.subarray(first, first + BATCH)));
    }
  } finally {
    optimizer.dispose();
  }
}

function linearStep(rule: Rule, optimizer: optim.Optimizer, { members, targets, classes }: LogitTable): void {
  scope(() => {
    const logits = members.map((own) => fromTypedArray(own, [targets.length, classes]));
    const truth = fromTypedArray(BigInt64Array.from(targets, BigInt), [targets.length]);
    optimizer.zeroGrad();
    nn.crossEntropy(rule.call(logits), truth).backward();
    optimizer.step();
  });
}

const EM_STEPS = 1000;
const STILL = 1e-9;

/**
 * The weights `[members]`, with sum 1, of the mean of probabilities with maximum likelihood, found by expectation
 * maximisation. The log-likelihood is concave in them, so that the limit is the global maximum; starting from equal
 * weights, no step makes it worse.
 */
export function mixtureWeights({ members, targets, classes }: LogitTable): Float64Array {
  const likely = members.map((logits) => likelihoods(logits, targets, classes));
  let weights = new Float64Array(members.length).fill(1 / members.length);
  for (let step = 0; step < EM_STEPS; step++) {
    const next = emStep(weights, likely, targets.length);
    const moved = Math.max(...next.map((weight, m) => Math.abs(weight - weights[m]!)));
    weights = next;
    if (moved < STILL) break;
  }
  return weights;
}

/** Each member's mean share of the mixture's probability of the true class. */
function emStep(
  weights: Float64Array,
  likely: readonly Float64Array[],
  clips: number,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(weights.length);
  for (let n = 0; n < clips; n++) {
    const mixed = likely.reduce((sum, own, m) => sum + weights[m]! * own[n]!, 0);
    for (const [m, own] of likely.entries()) next[m]! += (weights[m]! * own[n]!) / mixed / clips;
  }
  return next;
}

/** Probability of the true class of each clip, `[N]`, kept above zero so that a single clip cannot rule out a member. */
function likelihoods(logits: Float32Array, targets: Int32Array, classes: number): Float64Array {
  return Float64Array.from(targets, (target, n) =>
    Math.max(1e-12, softmax(logits.subarray(n * classes, (n + 1) * classes))[target]!),
  );
}
