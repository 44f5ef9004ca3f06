import { manualSeed } from '@kinora/torch';
import { expect, test } from 'vitest';
import { networks } from '../model/registry.js';
import { agreement, disturb } from './agreement.test.util.js';

test.each(networks.map(({ name }) => name))('%s: onnxruntime agrees with libtorch', async (name) => {
  const { build, input } = networks.find((entry) => entry.name === name)!;
  manualSeed(5);
  using network = build(27, input);
  disturb(network);
  const { logits, features, scale } = await agreement(network, input, 27);
  expect(logits).toBeLessThan(1e-4);
  expect(logits / scale).toBeLessThan(1e-3);
  expect(features).toBeLessThan(1e-3);
});
