/**
 * Anatomy: a pose and a place become the round cones of one hand. All lengths are in hand lengths (wrist to
 * the tip of the middle finger, about 0.19 m). In the hand's own axes x points to the thumb, y along the
 * fingers and z out of the palm; that is a right hand seen from its palm, and a left hand is its mirror image.
 */

import { materials } from '../materials.js';
import type { Pose } from '../pose.js';
import type { Cones } from '../render/cones.js';
import {
  add,
  along,
  type Basis,
  bend,
  degrees,
  mix,
  normalize,
  perpendicular,
  transform,
  type Vec3,
} from '../render/vector.js';

/** Person's hand: 1 is the average. */
export interface HandShape {
  readonly fingerLength: number;
  readonly thickness: number;
  readonly palmWidth: number;
}

interface FingerBones {
  /** The knuckle in the hand's axes. */
  readonly knuckle: Vec3;
  readonly lengths: Vec3;
  /** Radii at the knuckle, the two joints and the tip. */
  readonly radii: readonly [number, number, number, number];
}

const fingers: readonly FingerBones[] = [
  { knuckle: [0.135, 0.5, 0], lengths: [0.235, 0.135, 0.095], radii: [0.06, 0.052, 0.047, 0.038] },
  { knuckle: [0.042, 0.525, -0.012], lengths: [0.255, 0.155, 0.1], radii: [0.061, 0.054, 0.049, 0.039] },
  { knuckle: [-0.05, 0.505, -0.008], lengths: [0.24, 0.145, 0.1], radii: [0.058, 0.051, 0.046, 0.037] },
  { knuckle: [-0.135, 0.455, 0.008], lengths: [0.185, 0.105, 0.09], radii: [0.051, 0.044, 0.04, 0.033] },
];

const thumb = { root: [0.1, 0.1, 0.035] as Vec3, lengths: [0.23, 0.165, 0.125] as Vec3 };
const thumbRadii = [0.09, 0.068, 0.058, 0.044] as const;
/** Where the thumb's tip goes when it bends: across the palm. */
const acrossPalm: Vec3 = normalize([-0.85, 0.15, 0.5]);

/** The middle of the hand in its own axes: gestures place this point. */
export const handCenter: Vec3 = [0, 0.48, 0];

/** A hand in the world: where its wrist is and how it is turned. */
export interface HandPlace {
  readonly wrist: Vec3;
  readonly basis: Basis;
}

/** Adds the cones of a hand. */
export function addHand(cones: Cones, pose: Pose, { wrist, basis }: HandPlace, shape: HandShape): void {
  const at = (p: Vec3): Vec3 => add(wrist, transform(basis, [p[0] * shape.palmWidth, p[1], p[2]]));
  addPalm(cones, at, basis, shape);
  addThumb(cones, at, basis, pose, shape);
  for (let i = 0; i < 4; i++) addFinger(cones, at, basis, fingers[i]!, pose, 4 + 3 * i, shape);
}

type Place = (p: Vec3) => Vec3;

function addPalm(cones: Cones, at: Place, basis: Basis, { thickness }: HandShape): void {
  const palm = basis[2];
  const r = 0.072 * thickness;
  for (const [i, x] of [0.06, 0.02, -0.025, -0.065].entries()) {
    const [kx, ky, kz] = fingers[i]!.knuckle;
    cones.push(
      at([x, 0.02, 0]),
      r * 1.12,
      at([kx * 0.97, ky - 0.015, kz]),
      r * 0.92,
      materials.skin,
      palm,
      1.6,
    );
  }
  cones.push(
    at([-0.075, 0.1, 0.03]),
    0.082 * thickness,
    at([-0.112, 0.34, 0.015]),
    0.07 * thickness,
    materials.skin,
    palm,
    0.8,
  );
  const creases: readonly (readonly [Vec3, Vec3])[] = [
    [
      [0.12, 0.38, 0.062],
      [-0.06, 0.3, 0.074],
    ],
    [
      [0.03, 0.42, 0.06],
      [-0.14, 0.36, 0.066],
    ],
    [
      [0.11, 0.36, 0.066],
      [0.03, 0.12, 0.078],
    ],
  ];
  for (const [a, b] of creases) cones.push(at(a), 0.017, at(b), 0.014, materials.crease, palm, 2);
}

function addThumb(
  cones: Cones,
  at: Place,
  basis: Basis,
  pose: Pose,
  { thickness, fingerLength }: HandShape,
): void {
  const radial = pose[0]! * degrees;
  const palmar = pose[1]! * degrees;
  const c = Math.cos(palmar);
  const first: Vec3 = [Math.sin(radial) * c, Math.cos(radial) * c, Math.sin(palmar)];
  const inward = perpendicular(acrossPalm, first);
  const second = bend(first, inward, pose[2]! * degrees);
  const third = bend(first, inward, (pose[2]! + pose[3]!) * degrees);
  const root = at(thumb.root);
  const [l1, l2, l3] = thumb.lengths;
  const a = along(root, transform(basis, first), l1);
  const b = along(a, transform(basis, second), l2 * fingerLength);
  const tip = along(b, transform(basis, third), l3 * fingerLength);
  const [r0, r1, r2, r3] = thumbRadii.map((r) => r * thickness) as [number, number, number, number];
  const palm = transform(basis, inward);
  cones.push(at([0.055, 0.1, 0.02]), r0, a, r1 * 1.02, materials.skin, basis[2], 0.5);
  // The web between thumb and index finger.
  cones.push(at([0.1, 0.3, 0.01]), 0.06, mix(root, a, 0.75), 0.055, materials.skin, basis[2], 1.2);
  cones.push(a, r1, b, r2, materials.skin, palm, 0.2);
  cones.push(b, r2, tip, r3, materials.skin, palm, 0.2);
  addNail(cones, b, tip, r3, palm);
}

function addFinger(
  cones: Cones,
  at: Place,
  basis: Basis,
  bones: FingerBones,
  pose: Pose,
  offset: number,
  { thickness, fingerLength }: HandShape,
): void {
  const spread = pose[offset]! * degrees;
  const bends = fingerBends(pose, offset);
  const straight: Vec3 = [Math.sin(spread), Math.cos(spread), 0];
  let from = at(bones.knuckle);
  let radius = bones.radii[0] * thickness;
  for (let j = 0; j < 3; j++) {
    const direction = transform(basis, bend(straight, out, bends[j]!));
    const palm = transform(basis, bend(out, [-straight[0], -straight[1], 0], bends[j]!));
    const to = along(from, direction, bones.lengths[j]! * fingerLength);
    const next = bones.radii[j + 1]! * thickness;
    cones.push(from, radius, to, next, materials.skin, palm, 0.15);
    if (j === 2) addNail(cones, from, to, next, palm);
    from = to;
    radius = next;
  }
}

const out: Vec3 = [0, 0, 1];

/** Bend of each of a finger's three bones against the palm, radians; the last joint follows the middle one. */
function fingerBends(pose: Pose, offset: number): Vec3 {
  const knuckle = pose[offset + 1]! * degrees;
  const middle = pose[offset + 2]! * degrees;
  return [knuckle, knuckle + middle, knuckle + 1.6 * middle];
}

function addNail(cones: Cones, joint: Vec3, tip: Vec3, radius: number, palm: Vec3): void {
  const lift = -0.42 * radius;
  const a = along(mix(joint, tip, 0.62), palm, lift);
  const b = along(mix(joint, tip, 1.02), palm, lift);
  cones.push(a, radius * 0.68, b, radius * 0.66, materials.nail, palm, 0.6);
}
