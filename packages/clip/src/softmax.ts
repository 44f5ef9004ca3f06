/** Logits to probabilities: one softmax for the trainer, the recognizer and the pages. */

/**
 * Probabilities, float64 `[classes]`, of logits `[classes]`. A temperature above 1 makes them more uniform, below 1
 * less.
 */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const probabilities = Float64Array.from(logits);
  const top = probabilities.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  for (const [c, logit] of probabilities.entries()) probabilities[c] = Math.exp((logit - top) / temperature);
  const sum = probabilities.reduce((a, b) => a + b, 0);
  return probabilities.map((power) => power / sum);
}
