/** Every family's network gives the same logits with its norms folded, for statistics other than the initial ones. */
import { inferenceMode, manualSeed, nn, noGrad, ops, scope } from '@kinora/torch';
import { expect, test, vi } from 'vitest';
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
  const norms = [...network.namedModules().values()].filter((module) => module instanceof nn.BatchNormNd);
  scope(() =>
    inferenceMode(() => {
      for (const norm of norms) {
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
    const within = 1e-4 * Number(written.abs().max().item());
    expect(foldNorms(network, size)).toBe(folds);
    const forwards = norms.map((norm) => vi.spyOn(norm, 'forward'));
    expect(Number(ops.sub(logits(), written).abs().max().item())).toBeLessThan(within);
    const skipped = forwards.filter(({ mock }) => mock.results[0]?.value === mock.calls[0]?.[0]);
    expect(skipped.length, 'norms that return their input').toBe(folds);
  });
  network.dispose();
});
