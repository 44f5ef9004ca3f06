import { describe, expect, test } from 'vitest';
import { gestureLabels, orderPairs, type PlayedLabel, playback } from '../labels.js';
import { Cones, coneSize, projectCones } from '../render/cones.js';
import { addHand } from './hand.js';
import { placeOf } from './motion.js';
import { drawScene, gestureHand, type Scene } from './scene.js';

const takes = Array.from({ length: 300 }, (_, take) => take);
const scenesOf = (label: PlayedLabel, count = takes.length) =>
  takes.slice(0, count).map((take) => drawScene(2, take % 40, take, label));

const gestures = gestureLabels.filter(
  (label): label is PlayedLabel =>
    !playback(label).reversed && label !== 'No gesture' && label !== 'Doing other things',
);

/** The pixels that the ends of a hand's bones fall on at moment `t`. */
function handPixels(scene: Scene, t: number): [x: number, y: number][] {
  const cones = new Cones();
  const state = gestureHand(scene, t);
  addHand(cones, state.pose, placeOf(state, scene.side), scene.person.hand);
  projectCones(cones, scene.camera);
  return Array.from({ length: cones.count }, (_, i) => [
    cones.data[i * coneSize + 4]!,
    cones.data[i * coneSize + 5]!,
  ]);
}

describe('the hand', () => {
  test.each(gestures)('%s: stays mostly inside the centred square of 84 pixels', (label) => {
    let [inside, all] = [0, 0];
    for (const scene of scenesOf(label, 40)) {
      const { start, end } = scene.timeline;
      for (let u = 0; u <= 1; u += 0.125) {
        for (const [x, y] of handPixels(scene, start + u * (end - start))) {
          all++;
          if (Math.abs(x - scene.width / 2) <= 42 && Math.abs(y - scene.height / 2) <= 42) inside++;
        }
      }
    }
    expect(inside / all).toBeGreaterThan(0.93);
  });

  test('an open hand is 30-60 pixels long', () => {
    for (const scene of scenesOf('Stop Sign', 60)) {
      const rows = handPixels(scene, (scene.timeline.start + scene.timeline.end) / 2);
      const reach = Math.max(...rows.flatMap((a) => rows.map((b) => Math.hypot(a[0] - b[0], a[1] - b[1]))));
      expect(reach).toBeGreaterThan(28);
      expect(reach).toBeLessThan(62);
    }
  });

  test('both hands are used', () => {
    const right = scenesOf('Thumb Up').filter(({ side }) => side === 1).length;
    expect(right).toBeGreaterThan(0.35 * takes.length);
    expect(right).toBeLessThan(0.9 * takes.length);
  });
});

describe('time has no direction', () => {
  test.each(orderPairs)('%s and %s: what the middle frame shows does not reveal which it is', (label) => {
    // The reverse shows the same middle frames; this asks whether its half of the gesture is as likely.
    const first = scenesOf(label).filter(
      ({ timeline: { start, end, frames } }) => (start + end) / 2 < frames / 2,
    );
    expect(first.length / takes.length).toBeGreaterThan(0.4);
    expect(first.length / takes.length).toBeLessThan(0.6);
  });
});

test('the same take of another played label keeps person, camera and place', () => {
  const [a, b] = [drawScene(2, 7, 30, 'Swiping Left'), drawScene(2, 7, 30, 'Thumb Down')];
  expect(b.camera).toEqual(a.camera);
  expect(b.side).toBe(a.side);
  expect(b.stance).toEqual(a.stance);
  expect(b.performance).not.toEqual(a.performance);
});
