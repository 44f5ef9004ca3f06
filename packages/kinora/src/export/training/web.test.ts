/** The WebAssembly build that pages run computes the same steps as the native one, Adam and dropout included. */
import { manualSeed } from '@kinora/torch';
import * as web from 'onnxruntime-web';
import { expect, test } from 'vitest';
import type { Size3 } from '../../model/layers.js';
import { findNetwork } from '../../model/registry.js';
import { specFor } from '../agreement.test.util.js';
import { difference, OnnxTrainer, randomBatch } from './agreement.test.util.js';
import { toTrainingOnnx } from './graph.js';

const SIZE: Size3 = [4, 40, 40];

test.each(['ConvColumnSmall', 'MobileNet3DSmall', 'I3DResNetSmall'])('%s', async (name) => {
  manualSeed(3);
  using network = findNetwork(name).build(3, SIZE);
  const options = { optimizer: 'adamw', freeze: [] } as const;
  const model = toTrainingOnnx({ network, name, spec: specFor(SIZE, 3) }, '0', options);
  const [native, page] = [new OnnxTrainer(model, network, SIZE), new OnnxTrainer(model, network, SIZE, web)];
  const batch = randomBatch(3, SIZE, 3);
  const [expected, received] = [await native.step(batch, 1e-3, 5), await page.step(batch, 1e-3, 5)];
  for (const key of ['loss', 'logits', 'features']) {
    expect(difference(received.get(key)!, expected.get(key)!), key).toBeLessThan(1e-4);
  }
  // Adam makes a step of the sign of a gradient, which of a gradient that is nothing but rounding differs; its moments do not.
  for (const [key, values] of received) {
    if (!key.endsWith('weight.exp_avg')) continue;
    expect(difference(values, expected.get(key)!), key).toBeLessThan(1e-3);
  }
  expect(new Set(received.get('features')!).has(0)).toBe(true);
  await native.release();
  await page.release();
});
