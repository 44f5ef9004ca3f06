/** An ensemble is exported like one network, whatever its rule. */
import { manualSeed } from '@kinora/torch';
import { expect, test } from 'vitest';
import { newEnsemble } from '../model/ensemble/ensemble.js';
import { ruleNames } from '../model/ensemble/rules.js';
import type { Size3 } from '../model/layers.js';
import { agreement, pretendTraining } from './agreement.test.util.js';

const SIZE: Size3 = [4, 84, 84];
const CLASSES = 5;
const members = ['SingleFrameSmall', 'MobileNet3DSmall', 'TSNSmall'].map((network, m) => ({
  name: `run ${m}`,
  network,
  sha256: '',
}));

test.each(ruleNames)('by %s agrees with libtorch', async (rule) => {
  manualSeed(5);
  using ensemble = newEnsemble({ rule, members, fitted: null }, CLASSES, SIZE);
  pretendTraining(ensemble, SIZE);
  const { logits, scale, outputs } = await agreement(ensemble, SIZE, CLASSES, { batch: 2 });
  expect(outputs.logits!.shape).toEqual([2, CLASSES]);
  expect(outputs.features!.shape).toEqual([2, members.length * CLASSES]);
  expect(scale).toBeGreaterThan(0.01);
  expect(logits).toBeLessThan(1e-4);
});
