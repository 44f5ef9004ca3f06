/** The schemas of configurations and the checks of specs that travel with models accept the same values. */

import { augmentDefaults, parseSpec, specDefaults } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { augmentSchema, preprocessSchema } from './clip-schema.js';

test('defaults are those of the specs', () => {
  expect(preprocessSchema.parse({})).toEqual(specDefaults);
  expect(parseSpec({})).toEqual(specDefaults);
  expect(augmentSchema.parse({})).toEqual(augmentDefaults);
});

describe('preprocessing spec', () => {
  test.each([
    { frameRate: 1000, frames: 1024, stride: 256, clips: 256, crop: { height: 9, width: 9 } },
    { frameRate: 0.001, frames: 1, stride: 1, clips: 1 },
    { clips: -1, sampling: 'uniform', pad: 'resize', resize: { rule: 'none' } },
    { resize: { rule: 'exact', height: 1, width: 8192 }, crop: { height: 8192, width: 1 } },
    { resize: { rule: 'height', height: 128 }, sampling: 'centre' },
    { mean: [-1, 0, 2], std: [0.001, 1, 1e6] },
    { labels: ['a', 'b'], flipMap: { a: 'b', b: null }, mirrored: true },
  ])('%j is valid', (value) => {
    expect(parseSpec(value)).toEqual(preprocessSchema.parse(value));
  });

  test.each([
    [{ frameRate: 0 }, 'frameRate'],
    [{ frameRate: 1000.5 }, 'frameRate'],
    [{ frames: 0 }, 'frames'],
    [{ frames: 1025 }, 'frames'],
    [{ frames: 1.5 }, 'frames'],
    [{ stride: 257 }, 'stride'],
    [{ clips: 0 }, 'clips'],
    [{ frames: 1024, clips: 256 }, 'spec'],
    [{ crop: { height: 8192, width: 8192 } }, 'spec'],
    [{ labels: ['a\nb'] }, 'labels.0'],
    [{ clips: -2 }, 'clips'],
    [{ sampling: 'by mood' }, 'sampling'],
    [{ resize: 'none' }, 'resize.rule'],
    [{ resize: null }, 'resize.rule'],
    [{ resize: { rule: 'shrink' } }, 'resize.height'],
    [{ resize: { rule: 'shrink', height: 10, width: 10 } }, 'resize'],
    [{ crop: { height: 8193, width: 84 } }, 'crop.height'],
    [{ crop: 84 }, 'crop'],
    [{ pad: 1 }, 'pad'],
    [{ mean: [0, 0] }, 'mean'],
    [{ mean: [0, 0, null] }, 'mean.2'],
    [{ std: [1, 0, 1] }, 'std.1'],
    [{ labels: [''] }, 'labels.0'],
    [{ flipMap: { a: 1 } }, 'flipMap.a'],
    [{ mirrored: 'yes' }, 'mirrored'],
    [[], 'spec'],
    [null, 'spec'],
  ])('%j is refused, naming %s', (value, place) => {
    expect(preprocessSchema.safeParse(value).success).toBe(false);
    expect(() => parseSpec(value, 'spec')).toThrow(
      place === 'spec' ? 'spec: expected' : `spec.${place}: expected`,
    );
  });
});
