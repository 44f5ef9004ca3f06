import type { Layer } from '@kinora/recognizer';
import { expect, it, test } from 'vitest';
import { classActivation } from './class-activation.js';
import { firstKernels } from './kernels.js';
import { type Box, gridOf, meanPicture, occlude, runOcclusion } from './occlusion.js';
import { spaceTime } from './space-time-maps.js';

const frames = (count: number, height: number, width: number, of: (t: number, p: number) => number) => {
  const size = height * width * 3;
  return {
    count,
    height,
    width,
    data: Uint8Array.from({ length: count * size }, (_, i) => of(Math.floor(i / size), i % size)),
  };
};

test('a grid covers every pixel of every frame once', () => {
  const clip = frames(5, 7, 4, () => 0);
  const { boxes } = gridOf(clip, [2, 3, 2]);
  expect(boxes).toHaveLength(12);
  const covered = new Uint8Array(5 * 7 * 4);
  for (const { t, y, x } of boxes)
    for (let k = t[0]; k < t[1]; k++)
      for (let j = y[0]; j < y[1]; j++) for (let i = x[0]; i < x[1]; i++) covered[(k * 7 + j) * 4 + i]!++;
  expect([...covered].every((times) => times === 1)).toBe(true);
});

test('a covered box shows the mean over time, and nothing else changes', () => {
  const clip = frames(4, 2, 2, (t) => t * 10);
  const into = new Uint8Array(clip.data.length);
  occlude(clip, meanPicture(clip), { t: [3, 4], y: [0, 1], x: [1, 2] }, into);
  const changed = [...into.keys()].filter((i) => into[i] !== clip.data[i]);
  expect(changed).toEqual([3 * 12 + 3, 3 * 12 + 4, 3 * 12 + 5]);
  expect(changed.map((i) => into[i])).toEqual([15, 15, 15]);
});

test('occlusion asks in batches, in order, and stops when it is cancelled', async () => {
  const clip = frames(6, 1, 1, (t) => t);
  const cancel = new AbortController();
  const firsts: number[] = [];
  await runOcclusion({
    frames: clip,
    boxes: gridOf(clip, [6, 1, 1]).boxes as Box[],
    signal: cancel.signal,
    predict: async (clips) => Array.from({ length: clips.length / 18 }, () => Float32Array.of(1)),
    found: (first) => {
      firsts.push(first);
      if (first === 4) cancel.abort();
    },
  });
  expect(firsts).toEqual([0, 4]);
});

const layer = (path: string, type: string, shape: number[]): Layer => ({ path, type, output: path, shape });
const map = Float32Array.of(1, 3, 5, 7, 0, 0, 2, 2);

it('finds the maps whose means are the features, and a map whose mean is the logit', () => {
  const layers = [
    layer('conv', 'Conv3d', [2, 1, 2, 2]),
    layer('pool', 'Pool', [2, 1, 1, 1]),
    layer('fc', 'Linear', [2]),
  ];
  const maps = {
    conv: { shape: [2, 1, 2, 2], data: map },
    pool: { shape: [2, 1, 1, 1], data: Float32Array.of(4, 1) },
  };
  const weights = new Map([
    ['fc.weight', { shape: [2, 2], data: Float32Array.of(0, 0, 0.5, -1) }],
    ['fc.bias', { shape: [2], data: Float32Array.of(0, 0.25) }],
  ]);
  const features = Float32Array.of(4, 1);
  const found = classActivation({ layers, maps, weights, features }, 1)!;
  expect(found.layer).toBe('conv');
  expect([...found.heat.values]).toEqual([0.5, 1.5, 0.5, 1.5]);
  expect(found.logit).toBeCloseTo(0.5 * 4 - 1 + 0.25, 6);
  expect(classActivation({ layers, maps, weights, features: Float32Array.of(4, 2) }, 1)).toBeUndefined();
});

test('of two pathways, the maps of both are added at the steps of the faster one', () => {
  const slow = { shape: [1, 1, 1, 2], data: Float32Array.of(2, 4) };
  const fast = { shape: [2, 2, 1, 2], data: Float32Array.of(1, 1, 3, 3, 0, 2, 0, 2) };
  const layers = [
    layer('slow', 'ResStage', [1, 1, 1, 2]),
    layer('fast', 'ResStage', [2, 2, 1, 2]),
    layer('fc', 'Linear', [1]),
  ];
  const weights = new Map([['fc.weight', { shape: [1, 3], data: Float32Array.of(10, 1, 2) }]]);
  const seen = { layers, maps: { slow, fast }, weights, features: Float32Array.of(3, 2, 1) };
  const { heat, layer: path, logit } = classActivation(seen, 0)!;
  expect(path).toBe('slow, fast');
  expect([heat.size, [...heat.values]]).toEqual([
    [2, 1, 2],
    [21, 45, 23, 47],
  ]);
  expect(logit).toBeCloseTo(10 * 3 + 2 + 2 * 1, 5);
  expect(classActivation({ ...seen, features: Float32Array.of(3, 1, 2) }, 0)).toBeUndefined();
});

test("the first kernels are the mean over colours of a 3D layer's weights, and of a 2D layer's", () => {
  const data = Float32Array.from({ length: 2 * 3 * 2 * 1 * 2 }, (_, i) => i);
  const deep = firstKernels(new Map([['conv.weight', { shape: [2, 3, 2, 1, 2], data }]]));
  expect(deep.map(({ size }) => size)).toEqual([
    [2, 1, 2],
    [2, 1, 2],
  ]);
  expect([...deep[1]!.values]).toEqual([16, 17, 18, 19]);
  const flat = firstKernels(new Map([['conv.weight', { shape: [2, 3, 2, 2], data }]]));
  expect(flat[0]).toEqual({ size: [1, 2, 2], values: Float32Array.of(4, 5, 6, 7) });
  expect(firstKernels(new Map([['fc.weight', { shape: [2, 12], data }]]))).toEqual([]);
});

test('maps of a 2D layer are turned from frames of channels to channels of frames', () => {
  const layers = [layer('flat', 'Conv2d', [2, 1, 2]), layer('deep', 'Conv3d', [2, 3, 1, 2])];
  const data = Float32Array.from({ length: 12 }, (_, i) => i);
  const maps = spaceTime(layers, {
    flat: { shape: [3, 2, 1, 2], data },
    deep: { shape: [2, 3, 1, 2], data },
  });
  expect(maps.flat).toEqual({
    shape: [2, 3, 1, 2],
    data: Float32Array.of(0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11),
  });
  expect(maps.deep!.data).toBe(data);
});
