/**
 * How a hand moves: its state at a moment, and easing. When things happen is in timeline.ts.
 */

import { blend, type Pose } from '../pose.js';
import type { Random } from '../random.js';
import { type Basis, degrees, mix, subtract, transform, type Vec3 } from '../render/vector.js';
import { type HandPlace, handCenter } from './hand.js';

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

/** A hand's way through a gesture, from u = 0 to u = 1. */
export type Path = (u: number) => HandState;

/** +1 for a right hand, -1 for a left one: its mirror image. */
export type Side = 1 | -1;

export function mixStates(a: HandState, b: HandState, t: number): HandState {
  const number = (x: number, y: number) => x + t * (y - x);
  return {
    center: mix(a.center, b.center, t),
    yaw: number(a.yaw, b.yaw),
    pitch: number(a.pitch, b.pitch),
    roll: number(a.roll, b.roll),
    pose: blend(a.pose, b.pose, t),
  };
}

/** Where that puts the wrist, and the hand's axes in the world. */
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

/** Slow, fast, slow: the curve of least jerk (Flash and Hogan 1985), on [0, 1]. */
export const ease = (u: number): number => u * u * u * (10 - 15 * u + 6 * u * u);

/** A drawn easing: somewhat steadier than `ease`, its fastest moment early or late with equal chance. */
export function drawEase(rng: Random): (u: number) => number {
  const steady = rng.between(0, 0.5);
  const skew = rng.between(-0.3, 0.3);
  return (u) => {
    const v = u + skew * u * (1 - u);
    return (1 - steady) * ease(v) + steady * v;
  };
}
