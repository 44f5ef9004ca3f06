/** The weights of a weighted mean of probabilities: those that make the true classes likeliest. */
import { softmax } from '../measure/metrics.js';
import type { LogitTable } from './table.js';

const STEPS = 1000;
const STILL = 1e-9;

/**
 * Maximum likelihood by expectation maximisation, `[members]` of sum 1. The likelihood of a mixture's weights is concave,
 * so that whatever the steps converge to is the best there is; from equal weights on they never make it worse.
 */
export function mixtureWeights({ members, targets, classes }: LogitTable): Float64Array {
  const likely = members.map((logits) => likelihoods(logits, targets, classes));
  let weights = new Float64Array(members.length).fill(1 / members.length);
  for (let step = 0; step < STEPS; step++) {
    const next = emStep(weights, likely, targets.length);
    const moved = Math.max(...next.map((weight, m) => Math.abs(weight - weights[m]!)));
    weights = next;
    if (moved < STILL) break;
  }
  return weights;
}

/** Each member's mean share in what the mixture gives the true class. */
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

/** Probability of the true class of each clip, `[N]`, kept above zero so that nobody is ruled out by one clip. */
function likelihoods(logits: Float32Array, targets: Int32Array, classes: number): Float64Array {
  return Float64Array.from(targets, (target, n) =>
    Math.max(1e-12, softmax(logits.subarray(n * classes, (n + 1) * classes))[target]!),
  );
}
