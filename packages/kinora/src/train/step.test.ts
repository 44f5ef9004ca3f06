/** One step: parts of a batch give the gradients of the whole; smoothing and class weights are PyTorch's. */

import { defaultSpec } from '@kinora/clip';
import { fromTypedArray, manualSeed, nn, optim, Stream, scope, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { effectiveConfig, type RunConfigInput } from '../config/index.js';
import { Network, type NetworkOutput } from '../model/network.js';
import type { ClipBatch } from './batch.js';
import { Precision } from './device/precision.js';
import { noLap } from './profile.js';
import { alone } from './ranks/ranks.js';
import { classWeights, lossOf, type Objective, weightOf } from './recipe/objective.js';
import { runOptimizer } from './recipe/optimizer.js';
import { type StepParts, trainStep } from './step.js';

/** No batch norm: nothing in it depends on which clips stand together. */
class Plain extends Network {
  conv = new nn.Conv3d(3, 4, [2, 3, 3]);
  fc = new nn.Linear(4, 3);
  forward(clips: Tensor): NetworkOutput {
    const features = this.conv.call(clips).relu().mean([2, 3, 4]);
    return { logits: this.fc.call(features), features };
  }
}

const batch: ClipBatch = {
  clips: Uint8Array.from({ length: 7 * 3 * 6 * 6 * 3 }, (_, i) => (i * 37) % 251),
  shape: [7, 3, 6, 6],
  labels: BigInt64Array.of(0n, 1n, 2n, 0n, 0n, 1n, 0n),
  epoch: 0,
  number: 0,
};
/** What a step is given; without `config`, the plainest one. */
interface Changes extends Partial<Pick<StepParts, 'objective' | 'precision' | 'ranks'>> {
  readonly config?: RunConfigInput;
}

function partsFor(network: Network, { config, ...changes }: Changes): StepParts {
  const effective = effectiveConfig({ optimizer: 'sgd', lr: 0.1, seed: 1, ...config });
  return {
    config: effective,
    spec: defaultSpec(['a', 'b', 'c']),
    device: 'cpu',
    ranks: alone(),
    lap: noLap,
    network,
    teacher: null,
    optimizer: runOptimizer(effective, network),
    objective: { labelSmoothing: 0.1, classWeights: null },
    precision: new Precision('float32', 'cpu'),
    copies: new Stream('cpu'),
    ...changes,
  };
}

/** Loss, logits and gradients of a step with these settings, from the same weights. */
function stepped(changes: Changes) {
  manualSeed(5);
  using network = new Plain();
  const parts = partsFor(network, changes);
  const result = trainStep(parts, batch);
  const gradients = network.parameters().map((p) => scope(() => p.grad!.toTypedArray() as Float32Array));
  parts.optimizer.dispose();
  return { ...result, gradients: gradients.flatMap((values) => [...values]) };
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe('a batch in parts', () => {
  test.each<[string, Changes]>([
    ['plain', {}],
    ['class weights', { objective: { labelSmoothing: 0.1, classWeights: Float32Array.of(0.5, 2, 3) } }],
    ['mixed', { config: { mixup: 1 } }],
    ['cut', { config: { cutmix: 1 } }],
  ])('%s: loss, logits, labels and gradients of the whole, to rounding', (_, changes) => {
    const whole = stepped(changes);
    const parts = stepped({ ...changes, config: { ...changes.config, accumulateSteps: 3 } });
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.labels).toEqual(whole.labels);
    expect(furthest(parts.logits, whole.logits)).toBeLessThan(1e-6);
    expect(furthest(parts.gradients, whole.gradients)).toBeLessThan(1e-6);
    expect(Math.max(...whole.gradients.map(Math.abs))).toBeGreaterThan(1e-2);
  });

  test('ranks average the gradients once, with the last part, and before they are clipped', () => {
    const calls: string[] = [];
    const reducer: StepParts['ranks']['reducer'] = {
      forward: (run) => {
        calls.push('forward');
        return run();
      },
      backward: (loss, run) => {
        calls.push('backward');
        run!(loss);
      },
    };
    const ranks = { ...alone(), rank: 1, size: 2, sum: (value: number) => 2 * value, reducer };
    const { gradients, loss } = stepped({ config: { accumulateSteps: 3, clipGradNorm: 1e-3 }, ranks });
    expect(calls).toEqual(['forward', 'backward']);
    const single = stepped({ config: { clipGradNorm: 1e-3 } });
    expect(furthest(gradients, single.gradients)).toBeLessThan(1e-6);
    expect(loss).toBeCloseTo(single.loss / 2, 5); // its summand: the other rank's clips weigh as much
  });
});

describe('the loss', () => {
  const rows = [
    [2, -1, 0.5],
    [0, 3, -2],
  ];
  const targets = { labels: BigInt64Array.of(0n, 2n), share: 1 };
  const loss = (objective: Objective) =>
    scope(() =>
      Number(
        lossOf(fromTypedArray(Float32Array.from(rows.flat()), [2, 3]), targets, objective, 'cpu').item(),
      ),
    );
  const logProbability = (row: readonly number[], c: number) =>
    row[c]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));

  test('with label smoothing: the label keeps 1 - s + s / C, every other class has s / C', () => {
    const byHand = rows.map((row, i) =>
      row.reduce((sum, _, c) => {
        const share = 0.3 / 3 + (c === Number(targets.labels[i]) ? 0.7 : 0);
        return sum - share * logProbability(row, c);
      }, 0),
    );
    expect(loss({ labelSmoothing: 0.3, classWeights: null })).toBeCloseTo((byHand[0]! + byHand[1]!) / 2, 6);
  });

  test('with class weights: a weighted mean', () => {
    const weights = Float32Array.of(3, 7, 0.5);
    const byHand = -(3 * logProbability(rows[0]!, 0) + 0.5 * logProbability(rows[1]!, 2)) / 3.5;
    expect(loss({ labelSmoothing: 0, classWeights: weights })).toBeCloseTo(byHand, 6);
    expect(weightOf(targets, { labelSmoothing: 0, classWeights: weights })).toBe(3.5);
  });

  test('balanced class weights give every class the same part, and a clip 1 on average', () => {
    const counts = [6, 3, 1, 0];
    const weights = classWeights('balanced', ['a', 'b', 'c', 'd'], counts)!;
    const parts = counts.map((count, i) => count * weights[i]!);
    expect(parts.map((part) => part.toFixed(5))).toEqual(['3.33333', '3.33333', '3.33333', '0.00000']);
    expect([...classWeights({ b: 4 }, ['a', 'b'], [1, 1])!]).toEqual([1, 4]);
    expect(() => classWeights({ Stop: 2 }, ['Stopp'], [1])).toThrow(
      'classWeights: expected factors by label, received a factor for "Stop", which is not a label; the nearest label is "Stopp"',
    );
  });
});

describe('precision', () => {
  const refused = new Precision('bf16', 'cpu').note?.includes('refuses');
  const name = 'bf16 gives float32 gradients near those of float32, and a float32 loss';
  test.skipIf(refused)(`${name} (needs oneDNN with the instructions of this processor)`, () => {
    const precision = new Precision('bf16', 'cpu');
    precision.restore({ asked: 'bf16', used: 'bf16', device: 'cpu', scaler: null });
    const [full, half] = [stepped({}), stepped({ precision })];
    const largest = Math.max(...full.gradients.map(Math.abs));
    const difference = furthest(half.gradients, full.gradients);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.05 * largest);
    expect(half.loss).toBeCloseTo(full.loss, 2);
  });

  const scaledBy = (initial: number): Precision => {
    const precision = new Precision('float32', 'cpu');
    precision.scaler = new optim.GradScaler({ initial });
    return precision;
  };

  test('a scaled loss gives the same gradients, in parts too, and clipping sees them unscaled', () => {
    for (const config of [{}, { accumulateSteps: 3 }, { clipGradNorm: 0.05 }]) {
      const precision = scaledBy(1024);
      expect(furthest(stepped({ config, precision }).gradients, stepped({ config }).gradients)).toBeLessThan(
        1e-6,
      );
      expect(precision.scaler!.state).toEqual({ scale: 1024, goodSteps: 1 });
    }
  });

  test('a step whose gradients overflow changes no weight and halves the scale', () => {
    manualSeed(5);
    using network = new Plain();
    const weights = () => network.parameters().flatMap((p) => [...(p.toTypedArray() as Float32Array)]);
    const before = scope(weights);
    const precision = scaledBy(1e40);
    const parts = partsFor(network, { precision });
    for (const scale of [1e40, 5e39]) {
      trainStep(parts, batch);
      expect(scope(weights)).toEqual(before);
      expect(precision.scaler!.state.scale).toBe(scale / 2);
    }
    parts.optimizer.dispose();
  });
});
