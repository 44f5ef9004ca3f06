/** Every optimizer against libtorch's, over several steps with changing rates, on a network whose gradients are well conditioned. */
import { manualSeed, nn, type Tensor } from '@kinora/torch';
import { expect, test } from 'vitest';
import { Network, type NetworkOutput } from '../../model/network.js';
import { bothTrainers, difference, randomBatch } from './agreement.test.util.js';
import type { TrainingOptions } from './graph.js';

class Tiny extends Network {
  readonly conv = new nn.Conv3d(3, 4, 3);
  readonly fc = new nn.Linear(4, 3);
  forward(clips: Tensor): NetworkOutput {
    const features = this.conv.call(clips).tanh().mean([2, 3, 4]);
    return { logits: this.fc.call(features), features };
  }
}

const SIZE = [4, 6, 6] as const;
const RATES = [0.1, 0.05, 0.2, 0.01, 0.1];

test.each<[TrainingOptions, moments: string[]]>([
  [{ optimizer: 'sgd', momentum: 0, weightDecay: 0 }, []],
  [{ optimizer: 'sgd' }, ['momentum_buffer']],
  [{ optimizer: 'sgd', momentum: 0.5, weightDecay: 0.1 }, ['momentum_buffer']],
  [{ optimizer: 'adam', amsgrad: false, weightDecay: 0 }, ['exp_avg', 'exp_avg_sq']],
  [{ optimizer: 'adam', weightDecay: 0.1 }, ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']],
  [{ optimizer: 'adamw', amsgrad: false, weightDecay: 0.1 }, ['exp_avg', 'exp_avg_sq']],
  [{ optimizer: 'adamw' }, ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']],
  [{}, ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']],
])('%j', async (options, moments) => {
  manualSeed(2);
  using network = new Tiny();
  const { onnx, torch, model } = bothTrainers(network, SIZE, 3, options);
  const names = model.spec.state.filter(({ kind }) => kind === 'moment').map(({ input }) => input);
  expect(names.filter((name) => name.startsWith('fc.bias.'))).toEqual(
    moments.map((name) => `fc.bias.${name}`),
  );
  for (const rate of RATES) {
    const batch = randomBatch(4, SIZE, 3);
    const expected = torch.step(batch, rate);
    const received = await onnx.step(batch, rate);
    for (const [key, values] of received)
      expect(difference(values, expected.get(key)!), key).toBeLessThan(2e-5);
  }
  await onnx.release();
});

test('settings that no configuration allows are refused', () => {
  using network = new Tiny();
  const options = { optimizer: 'rmsprop' } as unknown as TrainingOptions;
  expect(() => bothTrainers(network, SIZE, 3, options)).toThrow(
    /optimizer: expected one of adam, adamw, sgd, received "rmsprop"/,
  );
});
