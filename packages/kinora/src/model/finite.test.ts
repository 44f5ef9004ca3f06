import { manualSeed, noGrad } from '@kinora/torch';
import { expect, test } from 'vitest';
import { checkLoss, checkWeights } from './finite.js';
import { findNetwork } from './registry.js';

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %d is told', (loss) => {
  expect(() => checkLoss(loss)).toThrow(`expected a finite loss, received ${loss}; training has diverged`);
  expect(() => checkLoss(1e30)).not.toThrow();
});

test.each(['new_fc.bias', 'base_model.bn1.running_var'])(
  'an infinity in %s is found, in parameters and buffers',
  (name) => {
    manualSeed(1);
    const network = findNetwork('SingleFrameSmall').build(3);
    try {
      expect(() => checkWeights(network)).not.toThrow();
      noGrad(() => network.stateDict().get(name)!.mul_(0).add_(1).div_(0));
      expect(() => checkWeights(network)).toThrow(
        `expected finite weights, received values in ${name} that are not`,
      );
    } finally {
      network.dispose();
    }
  },
);
