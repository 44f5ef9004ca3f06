/**
 * How hands move in a clip: the state of a hand at one moment, its path through a gesture, and the timeline of
 * rest, rise, gesture and fall around it. The paths themselves are in gestures.ts and activities.ts.
 */
import type { Random } from '../random.js';
import { type Basis, degrees, mix, subtract, transform, type Vec3 } from '../render/vector.js';
import type { Anchors } from './body.js';
import { blend, type HandPlace, handCenter, type Pose } from './hand.js';

/**
 * One hand at one moment. Turned first about its own long axis (`yaw`, 0 shows the palm to the camera and
 * 180 its back), then towards the camera (`pitch`), then in the picture (`roll`, counterclockwise). Degrees.
 */
export interface HandState {
  readonly center: Vec3;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly pose: Pose;
}

/** The trajectory of a hand through a gesture, from u = 0 to u = 1. */
export type Path = (u: number) => HandState;

/** +1 for a right hand, -1 for a left one: its mirror image. */
export type Side = 1 | -1;

function mixStates(a: HandState, b: HandState, t: number): HandState {
  const number = (x: number, y: number) => x + t * (y - x);
  return {
    center: mix(a.center, b.center, t),
    yaw: number(a.yaw, b.yaw),
    pitch: number(a.pitch, b.pitch),
    roll: number(a.roll, b.roll),
    pose: blend(a.pose, b.pose, t),
  };
}

/** Position of the wrist and axes of the hand, in the world. */
export function placeOf({ center, yaw, pitch, roll }: HandState, side: Side): HandPlace {
  const [cy, sy] = [Math.cos(yaw * degrees), Math.sin(yaw * degrees)];
  const [cp, sp] = [Math.cos(pitch * degrees), Math.sin(pitch * degrees)];
  const [cr, sr] = [Math.cos(roll * degrees), Math.sin(roll * degrees)];
  const turn = ([x, y, z]: Vec3): Vec3 => {
    const up = cp * y - sp * z;
    return [cr * x - sr * up, sr * x + cr * up, sp * y + cp * z];
  };
  const basis: Basis = [turn([side * cy, 0, -sy]), turn([0, 1, 0]), turn([side * sy, 0, cy])];
  return { wrist: subtract(center, transform(basis, handCenter)), basis };
}

/** Slow, fast, slow: the minimum-jerk trajectory (Flash and Hogan 1985), on [0, 1]. */
const ease = (u: number): number => u * u * u * (10 - 15 * u + 6 * u * u);

/** Draws an easing: closer to linear than `ease`, its fastest moment early or late with equal probability. */
export function drawEase(rng: Random): (u: number) => number {
  const steady = rng.between(0, 0.5);
  const skew = rng.between(-0.3, 0.3);
  return (u) => {
    const v = u + skew * u * (1 - u);
    return (1 - steady) * ease(v) + steady * v;
  };
}

/** What a gesture may depend on. */
export interface Setting {
  readonly rng: Random;
  readonly side: Side;
  readonly vigour: number;
  readonly anchors: Anchors;
}

/** Something that the hand carries. */
export type Prop = 'cup' | 'telephone';

/** What the hands do in a clip, and roughly for how many frames. A hand without a path stays at rest. */
export interface Performance {
  readonly frames: number;
  readonly hand?: Path;
  readonly other?: Path;
  readonly prop?: Prop;
}

/** Draws where the hand is held, how it is tilted, and how its fingers deviate from the pose. */
export function drawHold({ rng, side }: Setting, pose: Pose): HandState {
  return {
    center: [rng.between(-0.12, 0.12) - 0.04 * side, rng.between(-0.12, 0.12), rng.between(-0.15, 0.12)],
    yaw: rng.normal(0, 9),
    pitch: rng.between(-12, 14),
    roll: -side * rng.between(-4, 18),
    pose: pose.map((angle) => angle + rng.normal(0, 3)),
  };
}

/**
 * When things happen in a clip: rest, rise, gesture, fall, rest. Times in frames from the start of the clip, fractions
 * allowed. All of it has the same distribution forwards and backwards, because nothing but the order of frames may
 * distinguish a gesture from its reverse: the first and the last part are drawn alike.
 */
export interface Timeline {
  /** The hand leaves its rest position, and is up. */
  readonly rise: number;
  readonly raised: number;
  /** The gesture. */
  readonly start: number;
  readonly end: number;
  /** The hand starts to go down, and is at rest again. */
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

/** What comes before a gesture or, reversed, after it: rest, the way up, a short wait. */
function drawMargin(pace: number, rng: Random): { rest: number; move: number; length: number } {
  // Sometimes the hand is up already: it rose before the clip began.
  const rest = rng.chance(0.08) ? -10 : rng.between(1, 7);
  const move = rng.between(3.5, 6.5) * pace;
  const wait = rng.between(0, 2.5);
  return { rest, move, length: Math.max(0, rest + move + wait) };
}

/** The hand at time `t`: on its path, at rest, or between the two. */
export function handAt(t: number, timeline: Timeline, rest: HandState, path: Path): HandState {
  const { rise, raised, start, end, fall, fallen } = timeline;
  if (t <= rise || t >= fallen) return rest;
  if (t < raised) return mixStates(rest, path(0), ease((t - rise) / (raised - rise)));
  if (t > fall) return mixStates(rest, path(1), ease((fallen - t) / (fallen - fall)));
  return path(Math.min(1, Math.max(0, (t - start) / (end - start))));
}
