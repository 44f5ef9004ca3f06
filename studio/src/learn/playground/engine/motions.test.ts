import { expect, test } from 'vitest';
import { BATCH, batchOf, classesOf, reversed, testClips } from './motions.js';
import { SIDE } from './network.js';
import { CHOICES } from './setting.js';

const clipOf = ({ pixels, frames }: { pixels: Float32Array; frames: number }, n: number): Float32Array =>
  pixels.subarray(n * frames * SIDE * SIDE, (n + 1) * frames * SIDE * SIDE);

/** The centre of the light along x, in a frame. */
function centre(clip: Float32Array, frame: number): number {
  let [sum, moment] = [0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const light = Math.max(0, clip[frame * SIDE * SIDE + i]! - 0.3);
    sum += light;
    moment += light * (i % SIDE);
  }
  return moment / sum;
}

test.each(CHOICES.motion)('%s: clips come in pairs of the same frames in opposite order', (motion) => {
  const clips = batchOf(motion, 8, 'none', 3, 1);
  expect(clips.labels).toHaveLength(BATCH);
  for (let n = 0; n < BATCH; n += 2) {
    expect(clipOf(clips, n + 1)).toEqual(reversed(clipOf(clips, n), 8));
    expect(clips.labels[n + 1]).toBe(clips.labels[n]! + 1);
  }
  expect(new Set(clips.labels).size).toBe(classesOf(motion).length);
  expect(Math.min(...clips.pixels)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...clips.pixels)).toBeLessThanOrEqual(1);
});

test('right moves to the right, and a mirror turns it around without touching its label', () => {
  const plain = batchOf('left-right', 8, 'none', 5, 2);
  const mirrored = batchOf('left-right', 8, 'mirror', 5, 2);
  const moves = (clips: typeof plain, n: number) => centre(clipOf(clips, n), 7) - centre(clipOf(clips, n), 0);
  const turned = plain.labels.filter((label, n) => {
    expect(Math.sign(moves(plain, n))).toBe(label === 0 ? 1 : -1);
    return Math.sign(moves(mirrored, n)) !== Math.sign(moves(plain, n));
  });
  expect(mirrored.labels).toEqual(plain.labels);
  expect(turned.length).toBeGreaterThan(2);
  expect(turned.length).toBeLessThan(BATCH - 2);
});

test('a seed and a step decide a batch, and no batch is the test', () => {
  expect(batchOf('all', 4, 'none', 9, 7)).toEqual(batchOf('all', 4, 'none', 9, 7));
  expect(batchOf('all', 4, 'none', 9, 7).pixels).not.toEqual(batchOf('all', 4, 'none', 9, 8).pixels);
  expect(clipOf(testClips('all', 4, 4), 0)).not.toEqual(clipOf(batchOf('all', 4, 'none', 1, 1), 0));
});
