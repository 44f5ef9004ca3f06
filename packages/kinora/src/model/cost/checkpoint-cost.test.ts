/** What checkpointing is said to keep, against the tensors that really live after a checkpointed forward pass. */
import { memoryStats, nn, scope } from '@kinora/torch';
import { expect, test } from 'vitest';
import { zeroInputs } from '../input.js';
import { findNetwork } from '../registry.js';
import { entryCost, networkCost } from './cost.js';

const SIZE = [4, 24, 24] as const;

/** Bytes of tensors that live after a checkpointed forward pass of `n` clips, and did not before. */
function liveAfter(name: string, n: number): number {
  using network = findNetwork(name).build(5);
  return scope(() => {
    const before = memoryStats().liveBytes;
    const inputs = zeroInputs(network, [...SIZE], { n });
    nn.checkpointed(() => network.call(...inputs));
    return memoryStats().liveBytes - before;
  });
}

test('of each segment what enters and leaves it, to the byte', () => {
  const name = 'ConvColumnSmall';
  using network = findNetwork(name).build(5);
  const { segments } = networkCost(network, [...SIZE]).checkpointed!;
  const kept = segments.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  const perClip = liveAfter(name, 3) - liveAfter(name, 2);
  expect(perClip).toBeGreaterThanOrEqual(kept);
  // Besides, what the caller holds: features and logits, and what stands between segments and those.
  expect(perClip - kept).toBeLessThan(0.02 * kept);
});

test('what segments keep and compute again is what plain training keeps, where no weightless layer is in one', () => {
  for (const name of ['ConvColumn6', 'ResNet3DSmall', 'TwoStreamSmall']) {
    const { activationBytes, checkpointed } = entryCost(findNetwork(name), 27);
    const { segments, outsideBytes } = checkpointed!;
    const all = segments.reduce(
      (sum, segment) => sum + segment.keptBytes + segment.insideBytes,
      outsideBytes,
    );
    expect(Math.abs(all - activationBytes), name).toBeLessThan(1e-3 * activationBytes);
  }
});
