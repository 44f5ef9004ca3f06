/** Each kind of network against PyTorch: the same weights and clips give the same outputs and gradients. */
import { fileURLToPath } from 'node:url';
import { manualSeed, nn, noGrad, scope, serialize, type Tensor } from '@kinora/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { tiny } from './tiny.test.util.js';

const golden = serialize.loadSafetensors(
  fileURLToPath(new URL('../../../golden/frames.safetensors', import.meta.url)),
);
afterAll(() => {
  for (const tensor of golden.values()) tensor.dispose();
});

/** Compared as the golden file was made: batch norm by running statistics, the middle frame, fixed tuples. */
const EVALUATED = new Set(['single', 'trn-multiscale']);
const TOLERANCE = 1e-5;

describe('networks with a 2D CNN per frame agree with PyTorch', () => {
  test.each(Object.entries(tiny))('%s', (name, build) => {
    manualSeed(1);
    using network = build();
    network.loadStateDict(below(`${name}.state.`));
    network.train(!EVALUATED.has(name));
    scope(() => {
      const output = network.call(golden.get('clips')!);
      nn.crossEntropy(output.logits, golden.get('labels')!).backward();
      for (const [key, expected] of below(`${name}.output.`))
        expectClose(output[key as 'logits' | 'features'], expected, key);
      const gradients = below(`${name}.gradient.`);
      expect([...network.namedParameters().keys()].sort()).toEqual([...gradients.keys()].sort());
      for (const [key, parameter] of network.namedParameters())
        expectClose(parameter.grad!, gradients.get(key)!, `gradient of ${key}`);
    });
  });
});

/** The golden tensors whose names start with `prefix`, under the rest of their names. */
function below(prefix: string): Map<string, Tensor> {
  const found = [...golden].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** No element further away than a share of the largest one. */
function expectClose(received: Tensor, expected: Tensor, what: string): void {
  expect(received.shape, `shape of ${what}`).toEqual(expected.shape);
  const error = scope(() =>
    noGrad(() => Number(received.sub(expected).abs().max().div(expected.abs().max()).item())),
  );
  expect(error, `relative error of ${what}`).toBeLessThan(TOLERANCE);
}
