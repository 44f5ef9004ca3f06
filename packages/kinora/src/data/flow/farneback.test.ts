/** Farneback's flow against motions known by formula, and what augmentation makes of it. */

import {
  type Affine,
  augmentClip,
  defaultSpec,
  FLOW_REACH,
  FLOW_STEP,
  type FrameDraw,
  fieldAt,
  flowByte,
  flowPixels,
  identity,
  inverseAffine,
  type Matrix,
  noDraw,
  operations,
  prepareClip,
  prepareFlow,
  STILL,
  stillFields,
  translation,
} from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { computeFlow, consecutive } from './farneback.js';
import { endpointErrors, texturedFrames } from './texture.test.util.js';

const SIZE = { height: 100, width: 176 };
const none: Affine = { rotation: 0, translateX: 0, translateY: 0, scale: 1, shear: 0 };
/** The view of a plane that has been turned clockwise by `degrees` about the picture's centre. */
const turned = (degrees: number): Matrix =>
  inverseAffine({ ...none, rotation: degrees }, SIZE.width / 2, SIZE.height / 2);

describe('bytes', () => {
  test('are pixels to half a step, up to the reach; no motion and mirrored motion are exact', () => {
    for (let pixels = -FLOW_REACH; pixels <= FLOW_REACH; pixels += 0.01) {
      expect(Math.abs(flowPixels(flowByte(pixels)) - pixels)).toBeLessThanOrEqual(FLOW_STEP / 2 + 1e-12);
    }
    expect([flowByte(0), flowByte(99), flowByte(-99), flowByte(Number.NaN)]).toEqual([128, 255, 1, 128]);
    expect(flowPixels(flowByte(3)) + flowPixels(flowByte(-3))).toBe(0);
  });
});

describe('the flow of a textured plane', () => {
  test.each([
    [2.3, -1.4],
    [-5, 3.5],
    [0.4, 0.3],
  ])('that moves by (%d, %d) pixels: mean endpoint error below 0.15', async (x, y) => {
    const frames = texturedFrames(SIZE, [identity, translation(-x, -y)]);
    const flow = await computeFlow(frames, consecutive(2));
    expect(flow).toMatchObject({ ...SIZE, count: 1 });
    const { mean, largest } = endpointErrors(flow, 0, (px, py) => [px + x, py + y]);
    expect(mean).toBeLessThan(0.15);
    expect(largest).toBeLessThan(0.6);
  });

  test.each([
    [2, 0.15],
    [-4, 0.25],
  ])('that turns by %d degrees: mean endpoint error below %d', async (degrees, bound) => {
    const frames = texturedFrames(SIZE, [identity, turned(degrees)]);
    const flow = await computeFlow(frames, consecutive(2));
    const radians = (degrees * Math.PI) / 180;
    const { mean } = endpointErrors(flow, 0, (x, y) => {
      const [dx, dy] = [x - SIZE.width / 2, y - SIZE.height / 2];
      const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
      return [SIZE.width / 2 + dx * cos - dy * sin, SIZE.height / 2 + dx * sin + dy * cos];
    });
    expect(mean).toBeLessThan(bound);
  });

  test('any pair of frames, in either direction; a frame to itself is still', async () => {
    const frames = texturedFrames(
      SIZE,
      [0, 2, 4].map((x) => translation(-x, 0)),
    );
    const flow = await computeFlow(frames, [[0, 1], [2, 0], [1, 1], [1, 2]]); // biome-ignore format: pairs
    const means = [2, -4, 0, 2].map((x, i) => endpointErrors(flow, i, (px, py) => [px + x, py]).mean);
    expect(Math.max(...means)).toBeLessThan(0.15);
    expect(new Set(fieldAt(flow, 2))).toEqual(new Set([STILL]));
    const alone = await computeFlow(frames, [[1, 2]]);
    expect(alone.data).toEqual(fieldAt(flow, 3));
  });
});

describe('flow through a draw', () => {
  const spec = { ...defaultSpec(), crop: { height: 84, width: 84 } };
  const change = (part: Partial<FrameDraw>): FrameDraw => ({ ...noDraw, ...part });
  const draws: [name: string, flip: boolean, frame: FrameDraw][] = [
    ['nothing', false, noDraw],
    ['a mirror', true, noDraw],
    ['a rotation', false, change({ rotation: 25 })],
    ['a shift', false, change({ translateX: 0.1, translateY: -0.07 })],
    ['a larger scale', false, change({ scale: 1.25 })],
    ['a shear', false, change({ shear: 20 })],
    ['all of it', true, change({ rotation: -15, scale: 0.9, shear: -10, translateX: 0.05 })],
    ['colours', false, change({ brightness: 1.1, saturation: 0.7, hue: 0.1 })],
  ];

  test.each(draws)('%s: as the flow of the clip drawn so', async (_, flip, frame) => {
    const frames = texturedFrames(SIZE, [turned(-1), turned(1.5)]);
    const draw = { flip, frames: [frame], perFrame: false };
    const fields = await computeFlow(frames, consecutive(2));
    const drawn = prepareFlow(fields, spec.crop, [0], undefined, draw);
    const clip = { data: augmentClip(frames, spec, draw), count: 2, ...spec.crop };
    const expected = await computeFlow(clip, consecutive(2));
    const field = fieldAt(expected, 0);
    const { mean } = endpointErrors({ data: drawn, count: 1, ...spec.crop }, 0, (x, y) => {
      const i = (Math.floor(y) * 84 + Math.floor(x)) * 2;
      return [x + flowPixels(field[i]!), y + flowPixels(field[i + 1]!)];
    });
    expect(mean).toBeLessThan(0.2);
  });

  test('RandAugment moves pixels, and flow with them', async () => {
    const moving = Object.entries(operations).filter(([name]) => /Shear|Translate|Rotate/.test(name));
    expect(moving).toHaveLength(5);
    for (const [name, { apply }] of moving) {
      const frames = texturedFrames(SIZE, [turned(-1), turned(1.5)]);
      const clip = { data: prepareClip(frames, spec), count: 2, ...spec.crop };
      const view = apply(clip, 0.4) as Matrix;
      const fields = await computeFlow(frames, consecutive(2));
      const drawn = prepareFlow(fields, spec.crop, [0], undefined, undefined, view);
      const field = fieldAt(await computeFlow(clip, consecutive(2)), 0);
      const errors: number[] = [];
      const black = clip.data.subarray(84 * 84 * 3);
      for (let y = 30; y < 54; y++) {
        for (let x = 30; x < 54; x++) {
          const i = (y * 84 + x) * 2;
          const [u, v] = [0, 1].map((c) => flowPixels(drawn[i + c]!) - flowPixels(field[i + c]!));
          errors.push(Math.hypot(u!, v!));
        }
      }
      expect(errors.reduce((a, b) => a + b) / errors.length, name).toBeLessThan(0.2);
      const corner = [0, 83, 83 * 84, 84 * 84 - 1].find(
        (pixel) => black[pixel * 3] === 0 && black[pixel * 3 + 1] === 0,
      );
      expect([...drawn.subarray(corner! * 2, corner! * 2 + 2)], name).toEqual([STILL, STILL]);
    }
  });

  test('of a motion to the right: vectors by hand', () => {
    const right = { ...stillFields({ height: 9, width: 9 }, 1), data: Uint8Array.from({ length: 162 }, (_, i) => (i % 2 ? 128 : 138)) }; // biome-ignore format: one field
    const centre = (draw: Partial<FrameDraw>, flip = false): number[] => {
      const out = prepareFlow(right, { height: 3, width: 3 }, [0], undefined, { flip, frames: [change(draw)], perFrame: false }); // biome-ignore format: one draw
      return [...out.subarray(8, 10)];
    };
    expect(centre({})).toEqual([138, 128]);
    expect(centre({}, true)).toEqual([118, 128]);
    expect(centre({ rotation: 90 })).toEqual([128, 138]);
    expect(centre({ scale: 2 })).toEqual([148, 128]);
    expect(centre({ brightness: 2 })).toEqual([138, 128]);
  });

  test('beyond the frame nothing moves, and draws may differ from frame to frame', () => {
    const fields = stillFields({ height: 10, width: 10 }, 2);
    fields.data.fill(200);
    const far = { flip: false, frames: [noDraw, change({ translateX: 1 })], perFrame: true };
    const out = prepareFlow(fields, { height: 10, width: 10 }, [0, 1], undefined, far);
    expect(new Set(out.subarray(0, 200))).toEqual(new Set([200]));
    expect(new Set(out.subarray(200))).toEqual(new Set([STILL]));
  });
});
