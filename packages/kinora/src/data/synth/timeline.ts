/**
 * When things happen in a clip: rest, rise, gesture, fall, rest.
 *
 * All of it is the same forwards and backwards in distribution, because nothing but the order of frames may
 * tell a gesture from its reverse: the first and the last part are drawn alike.
 */

import type { Random } from './random.js';
import { ease, type HandState, mixStates, type Path } from './scene/motion.js';

/** Moments in frames from the start of the clip, fractions allowed. */
export interface Timeline {
  /** The hand leaves its rest, and is up. */
  readonly rise: number;
  readonly raised: number;
  /** The gesture. */
  readonly start: number;
  readonly end: number;
  /** The hand begins to go down, and is at rest again. */
  readonly fall: number;
  readonly fallen: number;
  /** Length of the clip. */
  readonly frames: number;
}

export const shortestClip = 28;
export const longestClip = 45;

/** Draws a clip of 28-45 frames around a gesture of about `length` frames. */
export function drawTimeline(length: number, pace: number, rng: Random): Timeline {
  const [before, after] = [drawMargin(pace, rng), drawMargin(pace, rng)];
  const total = before.length + length * pace + after.length;
  const frames = Math.round(Math.min(longestClip, Math.max(shortestClip, total)));
  const squeeze = Math.min(1, frames / total);
  const shift = (frames - squeeze * total) / 2;
  const at = (t: number) => shift + squeeze * t;
  return {
    rise: at(before.rest),
    raised: at(before.rest + before.move),
    start: at(before.length),
    end: at(total - after.length),
    fall: at(total - after.rest - after.move),
    fallen: at(total - after.rest),
    frames,
  };
}

/** What comes before a gesture or, backwards, after it: rest, the hand's way up, a moment of waiting. */
function drawMargin(pace: number, rng: Random): { rest: number; move: number; length: number } {
  // Now and then the hand is up already: it rose before the clip began.
  const rest = rng.chance(0.08) ? -10 : rng.between(1, 7);
  const move = rng.between(3.5, 6.5) * pace;
  const wait = rng.between(0, 2.5);
  return { rest, move, length: Math.max(0, rest + move + wait) };
}

/** The hand at moment `t`: on its path, at rest, or between the two. */
export function handAt(t: number, timeline: Timeline, rest: HandState, path: Path): HandState {
  const { rise, raised, start, end, fall, fallen } = timeline;
  if (t <= rise || t >= fallen) return rest;
  if (t < raised) return mixStates(rest, path(0), ease((t - rise) / (raised - rise)));
  if (t > fall) return mixStates(rest, path(1), ease((fallen - t) / (fallen - fall)));
  return path(Math.min(1, Math.max(0, (t - start) / (end - start))));
}
