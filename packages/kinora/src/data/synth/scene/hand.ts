/**
 * Anatomy of the hand: poses as joint angles in degrees, and the round cones of a hand in a pose. Lengths are in hand
 * lengths (wrist to the tip of the middle finger, about 0.19 m). In the hand's own axes x points to the thumb, y along
 * the fingers and z out of the palm: a right hand seen from its palm; a left hand is its mirror image.
 */
import type { Cones } from '../render/cones.js';
import { materials } from '../render/shading.js';
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
import type { HandShape } from './person.js';

/** `[radial, palmar, flex, tip]`: away from the index finger, out of the palm, and the two bends. */
type Thumb = readonly [radial: number, palmar: number, flex: number, tip: number];
/** `[spread, knuckle, middle]`: towards the thumb, bend at the knuckle, bend at the middle joint. */
type Finger = readonly [spread: number, knuckle: number, middle: number];

/** Sixteen angles: the thumb's four, then three for each of index, middle, ring and little finger. */
export type Pose = readonly number[];

const pose = (thumb: Thumb, ...fingers: readonly Finger[]): Pose => [...thumb, ...fingers.flat()];

export const poses = {
  /** Flat, fingers side by side. */
  flat: pose([24, 12, 8, 5], [1, 4, 4], [0, 3, 4], [-1, 4, 4], [-4, 5, 5]),
  /** Flat, fingers a little apart: a held-up hand. */
  open: pose([50, 16, 4, 4], [7, 4, 5], [1, 3, 4], [-5, 4, 5], [-13, 6, 7]),
  /** Fingers as far apart as they go. */
  spread: pose([66, 14, -4, -6], [16, 0, 3], [4, -2, 3], [-9, 0, 3], [-25, 2, 4]),
  relaxed: pose([36, 26, 12, 14], [4, 22, 26], [0, 26, 30], [-3, 30, 34], [-8, 34, 36]),
  fist: pose([34, 46, 42, 38], [1, 84, 100], [0, 86, 102], [-1, 88, 102], [-3, 90, 100]),
  thumbOut: pose([88, 0, -10, -14], [1, 84, 104], [0, 86, 106], [-1, 88, 106], [-3, 90, 104]),
  /** Index and middle finger straight and together, the thumb over the others. */
  two: pose([22, 48, 44, 46], [1, 2, 3], [0, 2, 3], [-1, 84, 100], [-3, 86, 98]),
  /** The same, apart: a V. */
  vee: pose([22, 48, 44, 46], [7, 2, 3], [-5, 2, 3], [-1, 84, 100], [-3, 86, 98]),
  point: pose([24, 46, 44, 46], [1, 2, 3], [0, 84, 100], [-1, 86, 102], [-3, 88, 98]),
  pinched: pose([31, 39, 19, 15], [3, 58, 51], [0, 76, 92], [-2, 82, 96], [-4, 84, 96]),
  pinchOpen: pose([70, 22, -4, -6], [9, 4, 8], [0, 74, 92], [-2, 82, 96], [-4, 84, 96]),
  /** All five fingertips together. */
  bunched: pose([12, 32, 32, 14], [8, 60, 58], [-4, 64, 50], [1, 61, 48], [12, 57, 40]),
  /** As if around a large knob. */
  claw: pose([58, 36, 10, 12], [13, 22, 36], [3, 22, 36], [-8, 24, 36], [-21, 26, 36]),
  /** Around a cup or a telephone. */
  grip: pose([50, 52, 24, 20], [3, 44, 44], [0, 48, 48], [-3, 50, 50], [-6, 54, 50]),
  ring: pose([33, 41, 22, 19], [3, 59, 55], [2, 14, 14], [-6, 8, 10], [-15, 6, 8]),
} satisfies Record<string, Pose>;

/** The pose between `a` (t = 0) and `b` (t = 1). */
export const blend = (a: Pose, b: Pose, t: number): Pose => a.map((angle, i) => angle + t * (b[i]! - angle));

/** Offset of a finger's three angles in a pose; finger 0 is the index finger, 3 the little finger. */
export const fingerOffset = (finger: number): number => 4 + 3 * finger;

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
/** The direction in which the thumb bends: across the palm. */
const acrossPalm: Vec3 = normalize([-0.85, 0.15, 0.5]);

/** The middle of the hand in its own axes: gestures place this point. */
export const handCenter: Vec3 = [0, 0.48, 0];

/** Position of the wrist and orientation of the hand, in the world. */
export interface HandPlace {
  readonly wrist: Vec3;
  readonly basis: Basis;
}

/** Adds the cones of a hand. */
export function addHand(cones: Cones, pose: Pose, { wrist, basis }: HandPlace, shape: HandShape): void {
  const at = (p: Vec3): Vec3 => add(wrist, transform(basis, [p[0] * shape.palmWidth, p[1], p[2]]));
  addPalm(cones, at, basis, shape);
  addThumb(cones, at, basis, pose, shape);
  for (let i = 0; i < 4; i++) addFinger(cones, at, basis, fingers[i]!, pose, fingerOffset(i), shape);
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
