/** From the shoulder to the hand: a two-bone arm that bends at the elbow, with or without a sleeve. */

import { materials } from './materials.js';
import type { Cones } from './render/cones.js';
import { along, type Basis, mix, normalize, perpendicular, subtract, type Vec3 } from './render/vector.js';

export interface ArmShape {
  readonly upperLength: number;
  readonly foreLength: number;
  readonly thickness: number;
  /** How far the sleeve reaches: 0 bare from the shoulder, 1 the elbow, 2 the wrist. */
  readonly sleeve: number;
}

/** The elbow between shoulder and wrist, bent towards `pole`. An arm that is too short is stretched. */
export function elbowOf(
  shoulder: Vec3,
  wrist: Vec3,
  pole: Vec3,
  { upperLength, foreLength }: ArmShape,
): Vec3 {
  const reach = subtract(wrist, shoulder);
  const distance = Math.min(Math.hypot(...reach), 0.995 * (upperLength + foreLength));
  const axis = normalize(reach);
  const forward = (upperLength ** 2 - foreLength ** 2 + distance ** 2) / (2 * distance);
  const aside = Math.sqrt(Math.max(0, upperLength ** 2 - forward ** 2));
  return along(along(shoulder, axis, forward), perpendicular(pole, axis), aside);
}

/** Adds the cones of an arm; `hand` is the basis of the hand it carries, which twists the forearm. */
export function addArm(
  cones: Cones,
  shoulder: Vec3,
  wrist: Vec3,
  hand: Basis,
  pole: Vec3,
  shape: ArmShape,
): void {
  const elbow = elbowOf(shoulder, wrist, pole, shape);
  const t = shape.thickness;
  const wide = 0.055 * t;
  for (const side of [-wide, wide]) {
    const end = along(wrist, hand[0], side);
    cones.push(along(elbow, hand[0], 0.2 * side), 0.15 * t, end, 0.078 * t, materials.limb, hand[2], 0.5);
  }
  cones.push(shoulder, 0.2 * t, elbow, 0.155 * t, shape.sleeve >= 0.7 ? materials.sleeve : materials.limb);
  addSleeve(cones, shoulder, elbow, wrist, shape);
}

function addSleeve(
  cones: Cones,
  shoulder: Vec3,
  elbow: Vec3,
  wrist: Vec3,
  { sleeve, thickness }: ArmShape,
): void {
  const upper = Math.min(1, sleeve);
  if (upper > 0)
    cones.push(shoulder, 0.25 * thickness, mix(shoulder, elbow, upper), 0.19 * thickness, materials.sleeve);
  if (sleeve <= 1) return;
  const reach = sleeve - 1;
  const cuff = mix(elbow, wrist, reach);
  cones.push(elbow, 0.19 * thickness, cuff, (0.19 - 0.055 * reach) * thickness, materials.sleeve);
}
