/** Training graphs of whole networks against libtorch, in single and in double precision. Rules alone: rules.test.ts. */
import { describe, expect, test } from 'vitest';
import type { Size3 } from '../../model/layers.js';
import { difference, randomBatch, registryTrainers, scaleOf } from './agreement.test.util.js';

const CLASSES = 5;
const CLIPS = 4;

const NETWORKS: [name: string, size: Size3][] = [
  ['ConvColumnSmall', [8, 48, 48]],
  ['R2Plus1DSmall', [8, 48, 48]],
  ['MobileNet3DSmall', [8, 48, 48]],
  ['ResNet3DSmall', [8, 48, 48]],
  ['CausalMobile3DSmall', [8, 48, 48]],
  ['X3DSmall', [4, 32, 32]],
  ['ShuffleNet3DSmall', [8, 32, 32]],
];

describe.each(NETWORKS)('%s', (name, size) => {
  test('loss and every updated tensor are those of libtorch, for several steps', async () => {
    const { onnx, single, double } = registryTrainers(name, size, CLASSES, { optimizer: 'sgd' });
    for (let step = 1; step <= 3; step++) {
      const batch = randomBatch(CLIPS, size, CLASSES);
      const judges = [single.step(batch, 0.01), double.step(batch, 0.01)];
      for (const [key, values] of await onnx.step(batch, 0.01)) {
        const errors = judges.map((exact) => difference(values, exact.get(key)!, scaleOf(key, exact)));
        expect(Math.min(...errors), `${key}, step ${step}`).toBeLessThan(boundOf(key));
      }
    }
    await onnx.release();
    single.network.dispose();
    double.network.dispose();
  });
});

/** A value on the kink of a ReLU falls to either side by rounding; its gradient then comes or not, and hardly moves a weight. */
const boundOf = (key: string): number => (key.endsWith('momentum_buffer') ? 0.1 : 1e-4);
