/** The activation memory of a network, against what PyTorch's autograd really kept. */
import { expect, test } from 'vitest';
import { findNetwork } from '../registry.js';
import { entryCost } from './cost.js';

/**
 * Bytes in distinct storages that torch.autograd.graph.saved_tensors_hooks saw in PyTorch 1.13 for the third clip of a
 * batch, parameters and buffers left out. The module there had no dropout.
 */
const KEPT_BY_PYTORCH = 122_242_736;
const DROPOUT_MASKS = 4 * (512 + 256);

test('ConvColumn6 keeps, to the byte, what PyTorch keeps for one more clip in a batch', () => {
  const { activationBytes } = entryCost(findNetwork('ConvColumn6'), 27);
  expect(activationBytes).toBe(KEPT_BY_PYTORCH + DROPOUT_MASKS);
});

test('what comes before the first weight is not kept: nothing there needs a gradient', () => {
  const { layers } = entryCost(findNetwork('ConvColumnSmall'), 27);
  const bytesOf = (type: string) => layers.find((layer) => layer.type === type)!.activationBytes;
  expect([bytesOf('Motion'), bytesOf('AvgPool3d')]).toEqual([0, 0]);
});
