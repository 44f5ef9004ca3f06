import { resizeFrames } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { type ClipRequest, renderClip } from './clip.js';
import { gestureLabels, orderPairs } from './labels.js';
import { longestClip, shortestClip } from './scene/motion.js';

const request = (over: Partial<ClipRequest>): ClipRequest => ({
  seed: 5,
  person: 3,
  take: 11,
  label: 'Stop Sign',
  ...over,
});

const frameOf = ({ data, height, width }: { data: Uint8Array; height: number; width: number }, i: number) =>
  Buffer.from(data.subarray(i * height * width * 3, (i + 1) * height * width * 3));

describe('a rendered clip', () => {
  test.each(gestureLabels)('%s has the size and length of a Jester clip', (label) => {
    const clip = renderClip(request({ label, person: gestureLabels.indexOf(label) }));
    expect(clip.height).toBe(100);
    expect(clip.width).toBeGreaterThanOrEqual(132);
    expect(clip.width).toBeLessThanOrEqual(176);
    expect(clip.count).toBeGreaterThanOrEqual(shortestClip);
    expect(clip.count).toBeLessThanOrEqual(longestClip);
    expect(clip.data.length).toBe(clip.count * clip.height * clip.width * 3);
  });

  test('is the same bytes for the same request, whatever was rendered in between', () => {
    const first = renderClip(request({}));
    renderClip(request({ person: 4, take: 12, label: 'Rolling Hand Forward' }));
    expect(Buffer.from(renderClip(request({})).data).equals(Buffer.from(first.data))).toBe(true);
  });

  test.each([{ seed: 6 }, { person: 8 }, { take: 12 }, { label: 'Thumb Up' } as const])(
    'differs for %o',
    (over) => {
      const [a, b] = [renderClip(request({})), renderClip(request(over))];
      expect(Buffer.from(a.data).equals(Buffer.from(b.data))).toBe(false);
    },
  );
});

test('another height shows the same scene, in pixels of another size', () => {
  const large = renderClip(request({}), { noise: false });
  const small = renderClip(request({ height: 50 }), { noise: false });
  expect([small.height, small.count]).toEqual([50, large.count]);
  expect(Math.abs(small.width - large.width / 2)).toBeLessThanOrEqual(1);
  const halved = resizeFrames(large, small.height, small.width).data;
  const difference = (other: Uint8Array) =>
    halved.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / halved.length;
  const stranger = renderClip(request({ height: 50, take: 12 }), { noise: false }).data;
  expect(difference(small.data)).toBeLessThan(difference(stranger) / 4);
});

describe('order-only pairs', () => {
  test.each(orderPairs)('%s reversed is %s, frame for frame, before the noise', (first, second) => {
    const [a, b] = [first, second].map((label) => renderClip(request({ label }), { noise: false }));
    expect(b!.count).toBe(a!.count);
    for (let i = 0; i < a!.count; i++)
      expect(frameOf(b!, a!.count - 1 - i).equals(frameOf(a!, i))).toBe(true);
    expect(frameOf(a!, 0).equals(frameOf(a!, a!.count >> 1))).toBe(false);
  });

  test('the noise does not depend on the label and is drawn in playing order', () => {
    const [first, second] = orderPairs[0];
    const noise = [first, second].map((label) => {
      const [clean, noisy] = [
        renderClip(request({ label }), { noise: false }),
        renderClip(request({ label })),
      ];
      return Math.sqrt(
        noisy.data.reduce((sum, v, i) => sum + (v - clean.data[i]!) ** 2, 0) / noisy.data.length,
      );
    });
    expect(noise[0]).toBeGreaterThan(0.3);
    expect(noise[1]! / noise[0]!).toBeCloseTo(1, 1);
  });
});
