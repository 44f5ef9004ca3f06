/** Mixup and CutMix: what is drawn, and what it makes of pixels and targets, beside the papers' formulas. */

import { randomStream } from '@kinora/clip';
import { fromTypedArray, nn, scope } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { type ClipBatch, partsOf } from '../batch.js';
import { drawMix, type Mixing, mixClips, symmetricBeta } from './mix.js';
import { dominantLabels, lossOf } from './objective.js';

const FRAME = { height: 8, width: 10 };
const draw = (mixing: Omit<Mixing, 'seed'>, number = 0, epoch = 0, seed = 1) =>
  drawMix({ ...mixing, seed }, { epoch, number, clips: 6, frame: FRAME });

describe('shares', () => {
  // Mean 1/2 and variance 1 / (4 (2 alpha + 1)) are the beta distribution's.
  test.each([0.2, 1, 4])('of Beta(%d, alpha) have its mean and variance', (alpha) => {
    const random = randomStream(3);
    const shares = Array.from({ length: 20_000 }, () => symmetricBeta(alpha, random));
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    const variance = shares.reduce((a, b) => a + (b - mean) ** 2, 0) / shares.length;
    expect(mean).toBeCloseTo(0.5, 1.7);
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1.3);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  test('stay numbers however small alpha is', () => {
    const random = randomStream(4);
    const shares = Array.from({ length: 100 }, () => symmetricBeta(1e-3, random));
    expect(shares.filter((share) => share < 0.01 || share > 0.99).length).toBeGreaterThan(90);
  });
});

describe('a draw', () => {
  test('is a function of seed, epoch and batch', () => {
    const mixing = { mixup: 1, cutmix: 1 };
    expect(draw(mixing, 3, 2)).toEqual(draw(mixing, 3, 2));
    const others = [draw(mixing, 4, 2), draw(mixing, 3, 1), draw(mixing, 3, 2, 2)];
    for (const other of others) expect(other).not.toEqual(draw(mixing, 3, 2));
  });

  test('pairs every clip with one, and either blends or cuts where both are asked for', () => {
    expect(draw({ mixup: 0, cutmix: 0 })).toBeUndefined();
    const mixes = Array.from({ length: 400 }, (_, i) => draw({ mixup: 1, cutmix: 1 }, i)!);
    for (const { partners } of mixes) expect([...partners].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const cut = mixes.filter(({ box }) => box !== undefined).length;
    expect(cut).toBeGreaterThan(160);
    expect(cut).toBeLessThan(240);
    expect(draw({ mixup: 1, cutmix: 0 })!.box).toBeUndefined();
  });

  test("of a box lies in the frame, and the share is the frame's part outside it", () => {
    const mixes = Array.from({ length: 300 }, (_, i) => draw({ mixup: 0, cutmix: 1 }, i)!);
    for (const { share, box } of mixes) {
      expect(box!.top).toBeGreaterThanOrEqual(0);
      expect(box!.left).toBeGreaterThanOrEqual(0);
      expect(box!.top + box!.height).toBeLessThanOrEqual(8);
      expect(box!.left + box!.width).toBeLessThanOrEqual(10);
      expect(share).toBeCloseTo(1 - (box!.height * box!.width) / 80, 12);
    }
    expect(new Set(mixes.map(({ box }) => box!.height)).size).toBeGreaterThan(6);
  });
});

describe('pixels', () => {
  const clips = (value: number) =>
    fromTypedArray(new Float32Array(2 * 3 * 2 * 2 * 3).fill(value), [2, 3, 2, 2, 3]);

  test('mixup: share of the clip and the rest of its partner', () => {
    const mixed = scope(() => mixClips(clips(1), clips(5), { share: 0.25 }).toTypedArray());
    expect(new Set(mixed as Float32Array)).toEqual(new Set([4]));
  });

  test('cutmix: the partner in the box of every frame and channel, the clip elsewhere', () => {
    const box = { top: 1, left: 0, height: 1, width: 2 };
    const mixed = scope(() =>
      mixClips(clips(1), clips(5), { share: 0.5, box }).toTypedArray(),
    ) as Float32Array;
    for (let frame = 0; frame < 12; frame++)
      expect([...mixed.subarray(frame * 6, frame * 6 + 6)]).toEqual([1, 1, 1, 5, 5, 1]);
  });
});

describe('targets', () => {
  const batch: ClipBatch = {
    clips: Uint8Array.from({ length: 4 * 3 }, (_, i) => i),
    shape: [4, 1, 1, 1],
    labels: BigInt64Array.of(0n, 1n, 2n, 0n),
    epoch: 0,
    number: 0,
  };
  const mix = { partners: Uint32Array.of(3, 2, 0, 1), share: 0.3 };

  test('parts carry the partners of the whole batch, clips and labels', () => {
    const [first, second] = partsOf(batch, 2, mix);
    expect([...first!.mixed!.partners.clips]).toEqual([9, 10, 11, 6, 7, 8]);
    expect([...second!.mixed!.partners.clips]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...second!.targets.partners!]).toEqual([0n, 1n]);
    expect(partsOf(batch, 3, undefined).map(({ targets }) => targets.labels.length)).toEqual([1, 2, 1]);
    expect(partsOf(batch, 9, undefined)).toHaveLength(4);
  });

  test('share the loss between both labels; predictions are counted against the one that weighs more', () => {
    const [{ targets }] = partsOf(batch, 1, mix) as [ReturnType<typeof partsOf>[number]];
    expect([...dominantLabels(targets)]).toEqual([0n, 2n, 0n, 1n]);
    const [mixed, byHand] = scope(() => {
      const logits = fromTypedArray(
        Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
        [4, 3],
      );
      const objective = { labelSmoothing: 0, classWeights: null };
      const ce = (labels: BigInt64Array) =>
        Number(nn.crossEntropy(logits, fromTypedArray(labels, [4])).item());
      const shared = 0.3 * ce(targets.labels) + 0.7 * ce(targets.partners!);
      return [Number(lossOf(logits, targets, objective, 'cpu').item()), shared];
    });
    expect(mixed).toBeCloseTo(byHand, 6);
  });
});
