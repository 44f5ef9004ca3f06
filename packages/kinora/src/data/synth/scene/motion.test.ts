import { describe, expect, test } from 'vitest';
import { random } from '../random.js';
import { poses } from './hand.js';
import { drawTimeline, type HandState, handAt, longestClip, shortestClip } from './motion.js';

const timelines = Array.from({ length: 8000 }, (_, i) => {
  const rng = random(1, 'take', i);
  return drawTimeline(rng.between(6, 26), rng.between(0.85, 1.18), rng);
});
const mean = (f: (timeline: (typeof timelines)[number]) => number) =>
  timelines.reduce((sum, timeline) => sum + f(timeline), 0) / timelines.length;

test('clips have 28-45 frames and their moments are in order', () => {
  for (const { rise, raised, start, end, fall, fallen, frames } of timelines) {
    expect(frames).toBeGreaterThanOrEqual(shortestClip);
    expect(frames).toBeLessThanOrEqual(longestClip);
    const moments = [rise, raised, start, end, fall, fallen];
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    expect(start).toBeGreaterThanOrEqual(-0.5);
    expect(end).toBeLessThanOrEqual(frames + 0.5);
  }
});

test('time has no direction: what comes before a gesture is drawn like what comes after', () => {
  expect(mean((t) => t.start - (t.frames - t.end))).toBeCloseTo(0, 0);
  expect(mean((t) => t.raised - t.rise - (t.fallen - t.fall))).toBeCloseTo(0, 1);
  expect(mean((t) => Number(t.rise < 0) - Number(t.fallen > t.frames))).toBeCloseTo(0, 1);
});

describe('the hand', () => {
  const state = (x: number): HandState => ({
    center: [x, 0, 0],
    yaw: 0,
    pitch: 0,
    roll: 0,
    pose: poses.open,
  });
  const timeline = { rise: 4, raised: 8, start: 10, end: 20, fall: 22, fallen: 26, frames: 30 };
  const x = (t: number) => handAt(t, timeline, state(-5), (u) => state(u)).center[0];

  test('rests, rises, waits, plays, waits, falls, rests', () => {
    expect([0, 4, 8, 10, 15, 20, 22, 26, 30].map(x)).toEqual([-5, -5, 0, 0, 0.5, 1, 1, -5, -5]);
    expect(x(6)).toBeCloseTo(-2.5, 6);
    expect(x(24)).toBeCloseTo(-2, 6);
  });

  test('never jumps', () => {
    for (let t = 0; t < 30; t += 0.1) expect(Math.abs(x(t + 0.1) - x(t))).toBeLessThan(0.3);
  });
});
