/** Moved: the metrics stand in train/metrics.ts, where the training loop can use them too. */
export * from '../train/metrics.js';
