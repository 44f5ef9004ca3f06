/**
 * The linear classifier on concatenated logits, trained as the tutorial trains its Classifier: cross-entropy, Adam
 * with AMSGrad, rate 0.001, batches of 100, no weight decay.
 */
import { setImmediate } from 'node:timers/promises';
import { permutation, randomStream } from '@kinora/clip';
import { fromTypedArray, nn, optim, scope } from '@kinora/torch';
import type { Rule } from '../model/ensemble/rules.js';
import { type LogitTable, pick } from './table.js';

const EPOCHS = 200;
const BATCH = 100;
/** Names the streams of the order among those of the seed. */
const ORDER = 0xc1a5;

/** Trains the rule's parameters in place. */
export async function trainClassifier(
  rule: Rule,
  table: LogitTable,
  seed: number,
  signal?: AbortSignal,
): Promise<void> {
  const optimizer = new optim.Adam(rule.parameters(), { amsgrad: true, lr: 0.001 });
  try {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      await setImmediate();
      signal?.throwIfAborted();
      const order = permutation(table.targets.length, randomStream(seed, ORDER, epoch));
      for (let first = 0; first < order.length; first += BATCH)
        step(rule, optimizer, pick(table, order.subarray(first, first + BATCH)));
    }
  } finally {
    optimizer.dispose();
  }
}

function step(rule: Rule, optimizer: optim.Optimizer, { members, targets, classes }: LogitTable): void {
  scope(() => {
    const logits = members.map((own) => fromTypedArray(own, [targets.length, classes]));
    const truth = fromTypedArray(BigInt64Array.from(targets, BigInt), [targets.length]);
    optimizer.zeroGrad();
    nn.crossEntropy(rule.call(logits), truth).backward();
    optimizer.step();
  });
}
