/** RandAugment beside torchvision and PIL, random erasing beside its paper's rules; both once per clip. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Frames } from '../frames.js';
import { type AugmentSpec, augmentDefaults } from './augment.js';
import { perturbClip } from './augment-clip.js';
import { drawBox, eraseBox } from './erase.js';
import { operations, randAugment } from './rand-augment.js';
import { randomStream } from './random.js';

interface OperationCase {
  name: string;
  size: [number, number];
  /** Magnitude by 30, with its sign. */
  level: number;
  out: string;
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/rand-augment.json', import.meta.url), 'utf8'),
) as { operations: OperationCase[] };

/** The muted picture of scripts/golden_augment.py, `count` times. */
function muted([height, width]: [number, number], count = 1): Frames {
  const data = new Uint8Array(count * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const c = i % 3;
    const x = ((i - c) / 3) % width;
    const y = Math.floor(i / 3 / width) % height;
    data[i] = 40 + Math.floor(((x * 7 + y * 13 + c * 29 + ((x * y) % 11) * 5) % 256) / 2);
  }
  return { data, count, height, width };
}

const GEOMETRIC = /^(Shear|Rotate)/;

describe('RandAugment', () => {
  test('the table is torchvision’s', () => {
    expect(Object.keys(operations).sort()).toEqual([...new Set(golden.operations.map((c) => c.name))].sort());
  });

  test.each(golden.operations)('$name at $level equals PIL', ({ name, size, level, out }) => {
    const clip = muted(size);
    operations[name]!.apply(clip, level);
    const expected = Buffer.from(out, 'base64');
    const furthest = clip.data.reduce((worst, v, i) => Math.max(worst, Math.abs(v - expected[i]!)), 0);
    expect(furthest).toBeLessThanOrEqual(GEOMETRIC.test(name) ? 1 : 0);
    // Weak solarizing begins above the brightest value of this picture.
    const idle = name === 'Identity' || (name === 'Solarize' && level < 0.5);
    expect(Buffer.compare(clip.data, muted(size).data) === 0).toBe(idle);
  });

  test.each(Object.keys(operations))('%s changes equal frames alike', (name) => {
    const clip = muted([20, 24], 3);
    operations[name]!.apply(clip, 0.5);
    const frame = clip.data.length / 3;
    expect(clip.data.subarray(0, frame)).toEqual(clip.data.subarray(2 * frame));
  });

  test('every operation comes, with both signs, and the same stream gives the same clip', () => {
    const results = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const clip = muted([20, 24]);
      randAugment(clip, { number: 1, magnitude: 15 }, randomStream(i));
      results.add(Buffer.from(clip.data).toString('base64'));
    }
    // Of 14 operations 9 have two signs.
    expect(results.size).toBe(14 + 9);
    const [a, b] = [muted([20, 24]), muted([20, 24])];
    for (const clip of [a, b]) randAugment(clip, { number: 3, magnitude: 9 }, randomStream(7));
    expect(a.data).toEqual(b.data);
  });
});

describe('random erasing', () => {
  const spec = { ...augmentDefaults.erasing, probability: 1 };
  const frame = { height: 40, width: 50 };

  test('boxes have areas and ratios of the paper, anywhere in the frame', () => {
    const boxes = Array.from({ length: 2000 }, (_, i) => drawBox(spec, frame, randomStream(i))!);
    for (const { top, left, height, width } of boxes) {
      expect(Math.min(top, left, 40 - top - height, 50 - left - width)).toBeGreaterThanOrEqual(0);
      expect((height * width) / 2000).toBeLessThan(0.42);
      expect((height * width) / 2000).toBeGreaterThan(0.015);
      expect(height / width).toBeLessThan(1.2 / 0.3);
      expect(height / width).toBeGreaterThan(0.8 * 0.3);
    }
    expect(Math.max(...boxes.map(({ height, width }) => height * width))).toBeGreaterThan(760);
    expect(new Set(boxes.map(({ top }) => top)).size).toBeGreaterThan(30);
  });

  test.each(['random', 'mean', 'black'] as const)('fills one still box through time: %s', (fill) => {
    const clip = muted([40, 50], 3);
    eraseBox(clip, { ...spec, fill }, [0.5, 0.2, 0.1], randomStream(2));
    const { top, left, height, width } = (() => {
      const random = randomStream(2);
      random.uniform();
      return drawBox(spec, frame, random)!;
    })();
    const before = muted([40, 50], 3).data;
    const values = new Set<number>();
    for (let i = 0; i < clip.data.length; i++) {
      const x = Math.floor(i / 3) % 50;
      const y = Math.floor(i / 150) % 40;
      const inside = y >= top && y < top + height && x >= left && x < left + width;
      if (!inside) expect(clip.data[i]).toBe(before[i]);
      else if (i < 40 * 150) {
        values.add(clip.data[i]!);
        expect(clip.data[i + 2 * 40 * 150]).toBe(clip.data[i]);
      }
    }
    if (fill === 'random') expect(values.size).toBeGreaterThan(200);
    else expect([...values].sort()).toEqual(fill === 'mean' ? [128, 26, 51] : [0]);
  });

  test('comes as often as asked for', () => {
    const changed = Array.from({ length: 1000 }, (_, i) => {
      const clip = muted([8, 9]);
      eraseBox(clip, { ...spec, probability: 0.25 }, [0, 0, 0], randomStream(i));
      return Buffer.compare(clip.data, muted([8, 9]).data) !== 0;
    }).filter(Boolean).length;
    expect(changed).toBeGreaterThan(200);
    expect(changed).toBeLessThan(300);
  });
});

test('each draws for itself: erasing is the same box with RandAugment and without', () => {
  const of = (changes: Partial<AugmentSpec>) => {
    const clip = muted([20, 24]);
    perturbClip(clip, { ...augmentDefaults, ...changes }, [0, 0, 0], randomStream(3));
    return clip.data;
  };
  const black = (data: Uint8Array) => data.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0);
  const erasing = { ...augmentDefaults.erasing, probability: 1, fill: 'black' } as const;
  const identity = { number: 1, magnitude: 0 };
  expect(of({})).toEqual(muted([20, 24]).data);
  expect(black(of({ erasing, randAugment: identity }))).toBe(black(of({ erasing })));
  expect(black(of({ erasing }))).toBeGreaterThan(0);
});
