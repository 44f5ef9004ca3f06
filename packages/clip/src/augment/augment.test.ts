/** Geometry against torchvision and PIL, and what a draw depends on. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cropStart, roundHalfToEven } from '../crop.js';
import type { Frames } from '../frames.js';
import { prepareClip, resizedSize } from '../prepare.js';
import { resizeFrames } from '../resize.js';
import { defaultSpec } from '../spec.js';
import { type AugmentSpec, augmentDefaults, clipMatrix, drawClip, noDraw } from './augment.js';
import { augmentClip } from './augment-clip.js';
import { randomStream } from './random.js';

interface Case {
  size: [number, number];
  out: string;
}
interface AffineCase extends Case {
  crop: number;
  rotation: number;
  translate: [number, number];
  scale: number;
  shear: number;
  mode: 'nearest' | 'bilinear';
}
interface Golden {
  affine: AffineCase[];
  crop: (Case & { crop: [number, number] })[];
  resize: (Case & { to: [number, number] })[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/augment.json', import.meta.url), 'utf8'),
) as Golden;

/** The same formula as in scripts/golden_augment.py. */
function picture([height, width]: [number, number], count = 1): Frames {
  const data = new Uint8Array(count * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const c = i % 3;
    const x = ((i - c) / 3) % width;
    const y = Math.floor(i / 3 / width) % height;
    data[i] = x * 7 + y * 13 + c * 29 + ((x * y) % 11) * 5;
  }
  return { data, count, height, width };
}

function largestDifference(a: Uint8Array, base64: string): number {
  const b = Buffer.from(base64, 'base64');
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

const spec = { ...defaultSpec(), resize: { rule: 'none' } as const };
const cropped = (height: number, width = height) => ({ ...spec, crop: { height, width } });

describe('against torchvision', () => {
  test.each(golden.crop)('CenterCrop of $size to $crop copies every pixel', ({ size, crop, out }) => {
    expect(largestDifference(prepareClip(picture(size), cropped(...crop)), out)).toBe(0);
  });

  const cases = (mode: string) => golden.affine.filter((c) => c.mode === mode);
  const draw = (c: AffineCase, perFrame: boolean) => ({
    flip: false,
    perFrame,
    frames: [
      { ...noDraw, ...c, translateX: c.translate[0] / c.size[1], translateY: c.translate[1] / c.size[0] },
    ],
  });

  test.each(cases('nearest'))('RandomAffine, nearest: $rotation degrees of $size, exactly', (c) => {
    const out = augmentClip(picture(c.size), cropped(c.crop), draw(c, true));
    expect(largestDifference(out, c.out)).toBe(0);
  });

  test.each(cases('bilinear').filter(({ size, crop }) => Math.min(...size) >= crop))(
    'affine, bilinear: $rotation degrees of $size, to one grey level',
    (c) => {
      const out = augmentClip(picture(c.size), cropped(c.crop), draw(c, false));
      expect(largestDifference(out, c.out)).toBeLessThanOrEqual(1);
    },
  );
});

describe('resize', () => {
  test.each(golden.resize)('$size to $to equals PIL', ({ size, to, out }) => {
    expect(largestDifference(resizeFrames(picture(size), ...to).data, out)).toBe(0);
  });

  test('every frame of a clip is resized alike', () => {
    const two = resizeFrames(picture([30, 40], 2), 20, 27);
    expect(two.data.subarray(0, two.data.length / 2)).toEqual(two.data.subarray(two.data.length / 2));
  });

  const sizes = (rule: Parameters<typeof resizedSize>[1]['resize'], pad: 'zeros' | 'resize' = 'zeros') =>
    [
      { height: 480, width: 640 },
      { height: 64, width: 64 },
    ].map((size) => {
      const { height, width } = resizedSize(size, { resize: rule, pad, crop: { height: 84, width: 84 } });
      return [height, width];
    });

  test('rules', () => {
    expect(sizes({ rule: 'none' })).toEqual([[480, 640], [64, 64]]); // biome-ignore format: pairs
    expect(sizes({ rule: 'shrink', height: 100 })).toEqual([[100, 133], [64, 64]]); // biome-ignore format: pairs
    expect(sizes({ rule: 'height', height: 100 })).toEqual([[100, 133], [100, 100]]); // biome-ignore format: pairs
    expect(sizes({ rule: 'shrink', height: 100 }, 'resize')).toEqual([[100, 133], [84, 84]]); // biome-ignore format: pairs
    expect(sizes({ rule: 'exact', height: 90, width: 120 })).toEqual([[90, 120], [90, 120]]); // biome-ignore format: pairs
  });
});

test('halves go to the even neighbour, as in Python', () => {
  expect([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(roundHalfToEven)).toEqual([0, 2, 2, 0, 2, 3]);
  expect([cropStart(100, 84), cropStart(175, 84), cropStart(64, 84), cropStart(63, 84)]).toEqual([
    8, 46, -10, -10,
  ]);
});

describe('draws', () => {
  const strong: AugmentSpec = {
    ...augmentDefaults,
    flip: 0.5,
    shear: 5,
    scale: [0.9, 1.1],
    hue: 0.1,
    brightness: 0.3,
  };

  test('depend on the stream alone', () => {
    const draw = () => drawClip(strong, randomStream(1, 2, 3), 18);
    expect(draw()).toEqual(draw());
    expect(draw()).not.toEqual(drawClip(strong, randomStream(1, 2, 4), 18));
  });

  test('stay in their ranges and reach both ends', () => {
    const draws = Array.from({ length: 2000 }, (_, i) => drawClip(strong, randomStream(0, 0, i), 18));
    const angles = draws.map((d) => d.frames[0]!.rotation);
    expect(Math.max(...angles)).toBeLessThanOrEqual(10);
    expect(Math.max(...angles)).toBeGreaterThan(9.8);
    expect(Math.min(...angles)).toBeLessThan(-9.8);
    const flips = draws.filter((d) => d.flip).length;
    expect(flips).toBeGreaterThan(900);
    expect(flips).toBeLessThan(1100);
  });

  test('one for the whole clip; one per frame only if asked for', () => {
    expect(drawClip(strong, randomStream(0), 18).frames).toHaveLength(1);
    expect(drawClip({ ...strong, perFrame: true }, randomStream(0), 18).frames).toHaveLength(18);
  });

  test('switching a change on leaves the others as they were', () => {
    const plain = drawClip(augmentDefaults, randomStream(5), 1).frames[0]!;
    const coloured = drawClip({ ...augmentDefaults, hue: 0.2, shear: 3 }, randomStream(5), 1).frames[0]!;
    expect(coloured.rotation).toBe(plain.rotation);
    expect(coloured.translateY).toBe(plain.translateY);
  });

  test('a clip moves as one: equal frames stay equal', () => {
    const clip = augmentClip(picture([30, 44], 3), cropped(24), drawClip(strong, randomStream(9), 3));
    const frame = clip.length / 3;
    expect(clip.subarray(0, frame)).toEqual(clip.subarray(2 * frame));
    const jitter = drawClip({ ...strong, perFrame: true }, randomStream(9), 3);
    const shaken = augmentClip(picture([30, 44], 3), cropped(24), jitter);
    expect(shaken.subarray(0, frame)).not.toEqual(shaken.subarray(2 * frame));
  });
});

test('mirroring twice gives the frame back', () => {
  const flip = { flip: true, frames: [noDraw], perFrame: false };
  const once = augmentClip(picture([24, 24]), cropped(24), flip);
  const twice = augmentClip({ ...picture([24, 24]), data: once }, cropped(24), flip);
  expect(once).not.toEqual(picture([24, 24]).data);
  expect(twice).toEqual(picture([24, 24]).data);
});

test('without a change the matrix is a shift by whole pixels', () => {
  const matrix = clipMatrix(noDraw, false, { height: 100, width: 176 }, { height: 84, width: 84 });
  expect(matrix).toEqual([1, 0, 46, 0, 1, 8]);
});

test.each([
  [[30, 44], 24],
  [[20, 16], 24],
  [[31, 17], 24],
])('a draw that changes nothing gives what there is without one: %j to %d', (size, crop) => {
  const still = { flip: false, frames: [noDraw], perFrame: false };
  for (const resize of [{ rule: 'none' }, { rule: 'height', height: 40 }] as const) {
    const spec = { ...cropped(crop), resize };
    expect(augmentClip(picture(size as [number, number], 3), spec, still)).toEqual(
      prepareClip(picture(size as [number, number], 3), spec),
    );
  }
});
