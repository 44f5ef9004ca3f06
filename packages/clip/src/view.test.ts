/** Which frames and which window each view shows. */
import { describe, expect, test } from 'vitest';
import { augmentClip } from './augment/augment-clip.js';
import { samplePositions } from './sample.js';
import { defaultSpec } from './spec.js';
import { viewDraw, viewPositions, viewsOf } from './view.js';

const spec = { ...defaultSpec(), frames: 4, stride: 2 };
const clips = (count: number, of: number, change = {}) =>
  viewsOf({ clips: of, crops: 1 }).map((view) => [...viewPositions(count, { ...spec, ...change }, view)]);

describe('along time', () => {
  test('one clip is the one of validation', () => {
    for (const sampling of ['dense', 'centre', 'uniform'] as const) {
      const own = { ...spec, sampling };
      expect(clips(30, 1, own)).toEqual([[...samplePositions(30, own)]]);
    }
  });

  test('several spread from the beginning to the end', () => {
    const expected = [
      [0, 2, 4, 6],
      [6, 8, 10, 12],
      [12, 14, 16, 18],
    ];
    expect(clips(20, 3)).toEqual(expected);
    expect(clips(20, 3, { sampling: 'centre' })).toEqual(expected);
  });

  test('a video no longer than the clip has only one', () => {
    const [first, ...others] = clips(5, 3);
    expect(first).toEqual([0, 2, 4, 4]);
    for (const other of others) expect(other).toEqual(first);
  });

  test('segments are sampled at several places', () => {
    expect(clips(40, 2, { sampling: 'uniform' })).toEqual([
      [2, 12, 22, 32],
      [7, 17, 27, 37],
    ]);
  });
});

describe('across the frame', () => {
  /** A frame whose red is the column and whose green is the row. */
  function ramp(height: number, width: number) {
    const data = new Uint8Array(height * width * 3);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 0], (y * width + x) * 3);
    return { data, count: 1, height, width };
  }

  /** Column and row of the first pixel of each crop, having checked that the others follow. */
  function corners(height: number, width: number, crops: number): number[][] {
    const frame = ramp(height, width);
    const small = { ...spec, crop: { height: 20, width: 20 } };
    return viewsOf({ clips: 1, crops }).map((view) => {
      const out = augmentClip(frame, small, viewDraw(frame, small.crop, view));
      const [x, y] = [out[0]!, out[1]!];
      for (let i = 0; i < 400; i++)
        expect([out[3 * i], out[3 * i + 1]]).toEqual([x + (i % 20), y + Math.floor(i / 20)]);
      return [x, y];
    });
  }

  test.each([
    [50, 81],
    [50, 88],
    [49, 93],
  ])('three crops of %d x %d: left, middle, right, to the pixel', (height, width) => {
    const top = Math.round((height - 20) / 2);
    const [left, middle, right] = corners(height, width, 3);
    expect([left, right]).toEqual([
      [0, expect.closeTo(top, -1)],
      [width - 20, expect.closeTo(top, -1)],
    ]);
    expect(Math.abs(middle![0]! - (width - 20) / 2)).toBeLessThanOrEqual(0.5);
  });

  test('of a tall frame: top, middle, bottom', () => {
    expect(corners(80, 40, 3).map(([, y]) => y)).toEqual([0, 30, 60]);
  });

  test('one crop is the centred one', () => {
    expect(corners(50, 80, 1)).toEqual([[30, 15]]);
  });

  test('a frame that the window covers has one crop', () => {
    const frame = { height: 15, width: 18 };
    const draws = viewsOf({ clips: 1, crops: 3 }).map((view) =>
      viewDraw(frame, { height: 20, width: 20 }, view),
    );
    expect(new Set(draws.map((draw) => JSON.stringify(draw))).size).toBe(1);
  });
});
