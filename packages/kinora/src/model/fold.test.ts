/** Every family's network gives the same logits with its norms folded, from statistics that are not those it began with. */
import { inferenceMode, manualSeed, nn, noGrad, ops, scope } from '@kinora/torch';
import { expect, test } from 'vitest';
import { foldNorms } from './fold.js';
import { zeroInputs } from './input.js';
import { findNetwork } from './registry.js';

const cases: [name: string, folds: number][] = [
  ['ConvColumnSmall', 6],
  ['ResNet3DSmall', 12],
  ['R2Plus1DSmall', 20],
  ['MobileNet3DSmall', 19],
  ['CausalMobile3DSmall', 13],
  ['LRCNSmall', 10],
  ['TwoStreamSmall', 14],
];

test.each(cases)('%s', (name, folds) => {
  manualSeed(3);
  const { input: size, build } = findNetwork(name);
  const network = build(5, size);
  scope(() =>
    inferenceMode(() => {
      for (const norm of [...network.namedModules().values()].filter(
        (module) => module instanceof nn.BatchNormNd,
      )) {
        norm.running_mean!.normal_(0, 0.1);
        norm.running_var!.uniform_(0.5, 2);
      }
    }),
  );
  network.eval();
  scope(() => {
    const inputs = zeroInputs(network, size);
    noGrad(() => inputs.map((input) => input?.normal_()));
    const logits = () => inferenceMode(() => network.call(...inputs).logits);
    const written = logits();
    expect(foldNorms(network, size)).toBe(folds);
    const difference = Number(ops.sub(logits(), written).abs().max().item());
    expect(difference).toBeLessThan(1e-4 * Number(written.abs().max().item()));
    expect(difference).toBeGreaterThan(0);
  });
  network.dispose();
});
