/** Each rule against its arithmetic by hand, and the ensemble as one network. */
import { fromTypedArray, manualSeed, memoryStats, noGrad, scope, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { findNetwork } from '../registry.js';
import { Ensemble, type EnsembleSpec, newEnsemble } from './ensemble.js';
import { newRule, type Rule, type RuleName, ruleNames } from './rules.js';

/** Probabilities of three members for two clips of three classes. */
const P = [
  [0.6, 0.3, 0.1, 0.2, 0.5, 0.3],
  [0.1, 0.5, 0.4, 0.2, 0.45, 0.35],
  [0.5, 0.4, 0.1, 0.1, 0.1, 0.8],
];

function probabilities(rule: Rule): number[][] {
  return scope(() =>
    noGrad(() => {
      // A shift of all of a member's logits changes nothing of its opinion.
      const logits = P.map((p, m) =>
        fromTypedArray(
          Float32Array.from(p, (x) => Math.log(x) + 2 * m),
          [2, 3],
        ),
      );
      return rule.call(logits).softmax(1).toArray() as number[][];
    }),
  );
}

function close(received: number[][], expected: number[][]): void {
  for (const [n, row] of expected.entries())
    for (const [c, value] of row.entries()) expect(received[n]![c]).toBeCloseTo(value, 5);
}

function withRule<T>(name: RuleName, use: (rule: Rule) => T): T {
  const rule = newRule(name, 3, 3);
  try {
    return use(rule);
  } finally {
    rule.dispose();
  }
}

const normalised = (values: number[]): number[] => {
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
};
const geometric = [0, 1].map((n) =>
  normalised([0, 1, 2].map((c) => P.reduce((product, p) => product * p[3 * n + c]!, 1) ** (1 / 3))),
);
const mean = [0, 1].map((n) => [0, 1, 2].map((c) => P.reduce((sum, p) => sum + p[3 * n + c]!, 0) / 3));

describe('rules', () => {
  test('mean of the probabilities', () => {
    withRule('mean_probabilities', (rule) => close(probabilities(rule), mean));
  });

  test.each(['mean_logits', 'logistic'] as const)('%s, unfitted, is the geometric mean', (name) => {
    withRule(name, (rule) => close(probabilities(rule), geometric));
  });

  test('a weighted mean', () => {
    withRule('weighted', (rule) => {
      scope(() =>
        rule
          .stateDict()
          .get('weights')!
          .copy_(fromTypedArray(Float32Array.of(0.7, 0.2, 0.1), [3])),
      );
      close(probabilities(rule), [
        [0.49, 0.35, 0.16],
        [0.19, 0.45, 0.36],
      ]);
    });
  });

  test('votes count first, the mean probability decides ties and the rest', () => {
    withRule('vote', (rule) => {
      close(
        probabilities(rule),
        [
          [2, 1, 0],
          [0, 2, 1],
        ].map((votes, n) => votes.map((count, c) => (0.99 * count) / 3 + 0.01 * mean[n]![c]!)),
      );
    });
  });

  test('the linear one is a plain layer on all logits', () => {
    withRule('linear', (rule) => {
      const names = [...rule.stateDict()].map(([name, tensor]) => [name, tensor.shape]);
      expect(names).toEqual([
        ['fc.weight', [3, 9]],
        ['fc.bias', [3]],
      ]);
    });
  });
});

describe('an ensemble', () => {
  const spec = (rule: RuleName): EnsembleSpec => ({
    rule,
    members: ['a', 'b'].map((name) => ({ name, network: 'SingleFrameSmall', sha256: '' })),
    fitted: null,
  });

  test.each(ruleNames)('%s: one network, whose features are the logits of its members', (name) => {
    const before = memoryStats().liveTensors;
    manualSeed(1);
    const ensemble = newEnsemble(spec(name), 3, [1, 84, 84]).eval();
    scope(() =>
      noGrad(() => {
        const clips = fromTypedArray(
          new Float32Array(2 * 3 * 84 * 84).map((_, i) => (i % 7) / 7),
          [2, 3, 1, 84, 84],
        );
        const { logits, features } = ensemble.call(clips);
        const own: Tensor[] = [...ensemble.members].map((member) => member.call(clips).logits);
        expect(features.shape).toEqual([2, 6]);
        expect(logits.toArray()).toEqual(ensemble.rule.call(own).toArray());
      }),
    );
    expect([...ensemble.stateDict().keys()][0]).toMatch(/^members\.0\.base_model\.conv1/);
    ensemble.dispose();
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('takes any networks', () => {
    const members = [findNetwork('SingleFrameSmall').build(3), findNetwork('SingleFrameSmall').build(3)];
    const ensemble = new Ensemble(members, newRule('vote', 2, 3));
    expect(ensemble.parameters()).toHaveLength(2 * members[0]!.parameters().length);
    ensemble.dispose();
  });
});
