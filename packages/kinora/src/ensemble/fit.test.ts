/** What rules learn and how clips are divided, on tables made for the purpose. */
import { randomStream } from '@kinora/clip';
import { memoryStats } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { topK } from '../measure/metrics.js';
import { fitAndApply, fitRule, heldOutLogits, mixtureWeights } from './fit.js';
import { fitLogistic, minimise } from './logistic.js';
import type { LogitTable } from './logits.js';

/** Members whose true class has a logit `skill` above noise of the normal distribution. */
function trial(clips: number, classes: number, skills: readonly number[], seed = 1): LogitTable {
  const random = randomStream(seed, 77);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const targets = Int32Array.from({ length: clips }, (_, n) => n % classes);
  const members = skills.map((skill) =>
    Float32Array.from({ length: clips * classes }, (_, i) => {
      const isTrue = i % classes === targets[Math.floor(i / classes)];
      return normal() + (isTrue ? skill : 0);
    }),
  );
  const ids = Array.from(targets, (_, n) => String(n));
  return { classes, members, targets, ids, groups: Int32Array.from(targets, (_, n) => Math.floor(n / 4)) };
}

describe('weights', () => {
  test('a mixture gives its weight to the member that deserves it', () => {
    const [good, bad] = mixtureWeights(trial(600, 5, [3, 0.2]));
    expect(good! + bad!).toBeCloseTo(1, 9);
    expect(good).toBeGreaterThan(0.9);
    const even = mixtureWeights(trial(2000, 5, [2, 2]));
    expect(even[0]).toBeGreaterThan(0.4);
    expect(even[0]).toBeLessThan(0.6);
  });

  test('of two members that say fixed things the best mixture is known', () => {
    // Member a gives the truth 0.9 and 0.1, b the other way round, on three of one kind and one of the other:
    // 3 log(.1 + .8 w) + log(.9 - .8 w) is largest at w = 13 / 16.
    const logit = (p: number) => [Math.log(p), Math.log(1 - p)];
    const table: LogitTable = {
      classes: 2,
      members: [
        Float32Array.from([0.9, 0.9, 0.9, 0.1].flatMap(logit)),
        Float32Array.from([0.1, 0.1, 0.1, 0.9].flatMap(logit)),
      ],
      targets: Int32Array.of(0, 0, 0, 0),
      ids: ['1', '2', '3', '4'],
      groups: Int32Array.of(0, 1, 2, 3),
    };
    expect(mixtureWeights(table)[0]).toBeCloseTo(13 / 16, 5);
  });

  test('logistic regression stands where its gradient is zero', async () => {
    const table = trial(60, 3, [1.5, 1]);
    const penalty = 0.05;
    const { weights, bias } = await minimise(table, penalty);
    // By hand: the derivative of the bias is mean(p - y) + penalty b, and that of a weight mean((p - y) x) + penalty (w - mean).
    const slopes = [0, 0, 0];
    const weightSlopes = weights.map((w, i) => penalty * (w - (i % 3 === Math.floor(i / 6) ? 0.5 : 0)));
    for (let n = 0; n < 60; n++) {
      const inputs = table.members.flatMap((logits) => {
        const row = [...logits.subarray(3 * n, 3 * n + 3)];
        const norm = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        return row.map((x) => x - norm);
      });
      const z = [0, 1, 2].map(
        (c) => bias[c]! + inputs.reduce((sum, x, j) => sum + weights[6 * c + j]! * x, 0),
      );
      const all = z.reduce((sum, x) => sum + Math.exp(x), 0);
      for (const c of [0, 1, 2]) {
        const error = (Math.exp(z[c]!) / all - Number(table.targets[n] === c)) / 60;
        slopes[c]! += error;
        for (const [j, x] of inputs.entries()) weightSlopes[6 * c + j]! += error * x;
      }
    }
    for (const slope of weightSlopes) expect(slope).toBeCloseTo(0, 4);
    for (const c of [0, 1, 2]) expect(slopes[c]! + penalty * bias[c]!).toBeCloseTo(0, 4);
  });

  test('with a strong penalty it is the mean, and cross-validation asks for one where clips say little', async () => {
    const { weights } = await minimise(trial(60, 3, [1.5, 1]), 1e6);
    expect(weights[0]).toBeCloseTo(0.5, 3);
    expect(weights[1]).toBeCloseTo(0, 3);
    const noise = trial(40, 4, [0, 0]);
    const plenty = trial(500, 4, [3, 0]);
    expect((await fitLogistic(noise, 1)).penalty).toBeGreaterThan((await fitLogistic(plenty, 1)).penalty);
  });
});

describe('honesty', () => {
  const table = trial(240, 6, [1, 1, 1]);
  const accuracy = (logits: Float32Array) => topK(logits, table.targets, 6, 1);

  test('a rule never speaks of clips it was fitted to', async () => {
    const fitted = accuracy(await fitAndApply('linear', table, table, 1));
    const heldOut = accuracy(await heldOutLogits('linear', table, 5, 1));
    expect(fitted).toBeGreaterThan(heldOut + 0.03);
    // Without its weights there is nothing to hold out.
    expect(await heldOutLogits('mean_logits', table, 5, 1)).toEqual(
      await fitAndApply('mean_logits', table, table, 1),
    );
  });

  test('three that err independently gain, by mean and by stacking', async () => {
    const single = accuracy(table.members[0]!);
    expect(accuracy(await heldOutLogits('mean_probabilities', table, 5, 1))).toBeGreaterThan(single + 0.1);
    expect(accuracy(await heldOutLogits('logistic', table, 5, 1))).toBeGreaterThan(single + 0.1);
  });
});

test.each(['linear', 'logistic'] as const)('fitting of %s stops when asked to', async (name) => {
  const before = memoryStats().liveTensors;
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(new Error('enough')));
  const fitted = fitRule(name, trial(2000, 12, [1, 1]), 1, stopping.signal);
  await expect(fitted).rejects.toThrow('enough');
  expect(memoryStats().liveTensors).toBe(before);
});
