import { describe, expect, test } from 'vitest';
import { type ClipRequest, renderClip } from '../clip.js';
import { gestureLabels, orderPairs } from '../labels.js';
import { defaultRecipe, listFiles, planClips, storedRecipe } from '../plan.js';
import { longestClip, shortestClip } from '../scene/motion.js';
import { wideActivities } from './activities.js';
import { drawWideScene } from './scene.js';

const request = (over: Partial<ClipRequest> = {}): ClipRequest => ({
  ...{ seed: 5, person: 3, take: 11, label: 'Stop Sign', variety: 'wide', height: 24 },
  ...over,
});
const bytes = (over: Partial<ClipRequest> = {}, noise = true) =>
  Buffer.from(renderClip(request(over), { noise }).data);

describe('a clip of the wide variety', () => {
  test.each(gestureLabels.filter((_, i) => i % 3 === 0))(
    '%s has the length of a Jester clip, and a picture that changes',
    (label) => {
      const { count, data, height, width } = renderClip(
        request({ label, take: gestureLabels.indexOf(label) }),
      );
      expect(count).toBeGreaterThanOrEqual(shortestClip);
      expect(count).toBeLessThanOrEqual(longestClip);
      expect(data.length).toBe(count * height * width * 3);
      const size = height * width * 3;
      expect(Buffer.compare(data.subarray(0, size), data.subarray(-size))).not.toBe(0);
      expect(new Set(data.subarray(0, size)).size).toBeGreaterThan(20);
    },
  );

  test('is the same bytes for the same request, whatever was rendered in between', () => {
    const first = bytes();
    bytes({ person: 4, take: 12, label: 'Rolling Hand Forward' });
    expect(bytes().equals(first)).toBe(true);
  });

  test('differs from the clip of the same numbers in the other variety', () => {
    expect(bytes().equals(bytes({ variety: 'jester' }))).toBe(false);
  });

  test.each(orderPairs.slice(0, 2))(
    '%s and %s have the same frames in opposite order',
    (played, reversed) => {
      const clip = renderClip(request({ label: played, take: 21 }), { noise: false });
      const size = clip.height * clip.width * 3;
      const frames = Array.from({ length: clip.count }, (_, i) =>
        clip.data.subarray(i * size, (i + 1) * size),
      );
      expect(Buffer.concat(frames.reverse()).equals(bytes({ label: reversed, take: 21 }, false))).toBe(true);
    },
  );
});

test.each(wideActivities)('%s moves a hand, or both, through finite places', (activity) => {
  const { performance, timeline } = drawWideScene(1, 2, 3, 'Doing other things', 40, activity);
  expect(performance.hand).toBeDefined();
  for (const path of [performance.hand!, performance.other ?? performance.hand!]) {
    for (const u of [0, 0.3, 0.9999, 1]) {
      const { center, yaw, pitch, roll, pose } = path(u);
      for (const value of [...center, yaw, pitch, roll, ...pose]) expect(Number.isFinite(value)).toBe(true);
      expect(pose).toHaveLength(16);
    }
  }
  expect(timeline.end).toBeGreaterThan(timeline.start);
});

describe('the range', () => {
  const scenes = Array.from({ length: 200 }, (_, take) => drawWideScene(2, take % 40, take, 'Thumb Up'));
  const spread = (values: readonly number[]) => Math.max(...values) / Math.min(...values);

  test('of distances is a factor of three, and of exposures a factor of ten', () => {
    expect(spread(scenes.map(({ camera }) => camera.scale))).toBeGreaterThan(3);
    expect(spread(scenes.map(({ sensor }) => sensor.shutter))).toBeGreaterThan(10);
  });

  test('includes hands that are up from the beginning, two hands, and things that move behind the person', () => {
    const share = (holds: (scene: (typeof scenes)[number]) => boolean) =>
      scenes.filter(holds).length / scenes.length;
    expect(share(({ timeline }) => timeline.raised < 0)).toBeGreaterThan(0.08);
    expect(share(({ performance }) => performance.other !== undefined)).toBeGreaterThan(0.2);
    expect(share(({ behind }) => behind !== undefined)).toBeGreaterThan(0.3);
    expect(share(({ behind }) => behind !== undefined)).toBeLessThan(0.8);
  });
});

describe('the plan of the wide variety', () => {
  const recipe = { ...defaultRecipe, variety: 'wide' as const, train: 8, validation: 2, test: 1, people: 30 };
  const clips = planClips(recipe);
  const others = clips.filter(({ request }) => request.label === 'Doing other things');

  test('does each of the other things about equally often', () => {
    const counts = wideActivities.map(
      (name) => others.filter(({ split, request }) => split === 'train' && request.activity === name).length,
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
  });

  test('lists them by name beside the labels', () => {
    const files = listFiles(clips);
    const names = files['activities.csv']!.trim().split('\n');
    expect(names).toHaveLength(gestureLabels.length - 1 + wideActivities.length);
    const fine = files['train-activities.csv']!.trim().split('\n');
    const coarse = files['train.csv']!.trim().split('\n');
    expect(fine.map((row) => row.split(';')[0])).toEqual(coarse.map((row) => row.split(';')[0]));
    expect(fine.every((row) => names.includes(row.split(';')[1]!))).toBe(true);
    expect(fine.some((row) => row.endsWith(';sign 1'))).toBe(true);
    expect(coarse.some((row) => row.endsWith(';sign 1'))).toBe(false);
  });

  test('leaves the lists and the recipe of the default as they were', () => {
    const plain = { ...recipe, variety: 'jester' as const };
    expect(Object.keys(listFiles(planClips(plain)))).not.toContain('activities.csv');
    expect(storedRecipe(plain)).not.toHaveProperty('variety');
    expect(storedRecipe(recipe)).toHaveProperty('variety', 'wide');
  });

  test('refuses a variety that does not exist', () => {
    expect(() => planClips({ ...recipe, variety: 'wild' as 'wide' })).toThrow(
      'synthetic data set, variety: expected one of jester, wide, received wild',
    );
  });
});
