/**
 * The torso as round cones, and the points of the body that gestures refer to. The body stands behind
 * the hands, about one and a half hand lengths further from the camera.
 */

import { materials } from '../materials.js';
import type { Cones } from '../render/cones.js';
import { add, type Vec3 } from '../render/vector.js';
import type { Person } from './person.js';

/** How a person stands or sits: the middle of the head in the world, and the head's turn in degrees. */
export interface Stance {
  readonly head: Vec3;
  readonly turn: number;
  readonly tilt: number;
}

/** Points on the body, in the world. */
export interface Anchors {
  readonly head: Vec3;
  readonly shoulder: { readonly left: Vec3; readonly right: Vec3 };
}

export function anchorsOf(person: Person, stance: Stance): Anchors {
  const reach = 0.93 * person.shoulders;
  return {
    head: stance.head,
    shoulder: {
      right: add(stance.head, [-reach, -1.12, -0.05]),
      left: add(stance.head, [reach, -1.12, -0.05]),
    },
  };
}

/** Adds neck, shoulders and chest. */
export function addTorso(cones: Cones, person: Person, { head }: Stance): void {
  const at = (x: number, y: number, z: number): Vec3 => add(head, [x * person.shoulders, y, z]);
  const { limb, shirt, collar } = materials;
  cones.push(at(0, -0.4, -0.1), 0.21, at(0, -0.82, -0.14), 0.25, limb);
  for (const side of [-1, 1]) {
    cones.push(at(0.1 * side, -0.8, -0.16), 0.17, at(0.86 * side, -1.12, -0.12), 0.25, shirt, forward, 0.7);
    cones.push(at(0.6 * side, -1.2, -0.1), 0.37, at(0.54 * side, -3.2, -0.05), 0.4, shirt, forward, 1.4);
    cones.push(at(0.22 * side, -1.2, -0.06), 0.4, at(0.22 * side, -3.2, -0.04), 0.44, shirt, forward, 3);
  }
  if (person.head.hood) addHood(cones, at);
  else {
    cones.push(at(-0.2, -0.76, 0.06), 0.06, at(0, -0.98, 0.24), 0.055, collar);
    cones.push(at(0.2, -0.76, 0.06), 0.06, at(0, -0.98, 0.24), 0.055, collar);
    cones.push(at(0, -0.72, -0.02), 0.17, at(0, -0.86, 0.11), 0.12, limb, forward, 0.6);
  }
}

const forward: Vec3 = [0, 0, 1];

function addHood(cones: Cones, at: (x: number, y: number, z: number) => Vec3): void {
  for (const side of [-1, 1]) {
    cones.push(at(0.33 * side, -0.62, -0.2), 0.14, at(0.1 * side, -0.92, 0.2), 0.12, materials.shirt);
    cones.push(at(0.08 * side, -0.98, 0.3), 0.022, at(0.1 * side, -1.5, 0.36), 0.02, materials.collar);
  }
}
