/** A bounded part of `npm run test:processors`: the parity tests as an old, a common and a busier processor compute them. */
import { expect, test } from 'vitest';
import { runVariant, VARIANTS } from './processors.mjs';

const FILES = [
  'torch/dist/nn/parity',
  'torch/dist/optim/parity',
  'torch/dist/ops/precision.parity',
  'model/fold',
  'train/step',
  'export/onnx.test',
];

test.each(['sse4', 'avx2-amd', 'four-threads'])('%s', async (name) => {
  const { passed, failed } = await runVariant(
    VARIANTS.find((variant) => variant.name === name),
    FILES,
  );
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(100);
});
