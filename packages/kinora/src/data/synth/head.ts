/** Face and hair as round cones: a skull and a jaw, and small cones on them. */

import { type Bar, hairs } from './hair.js';
import { materials } from './materials.js';
import type { Cones } from './render/cones.js';
import { add, type Basis, degrees, transform, type Vec3 } from './render/vector.js';
import type { Stance } from './scene/body.js';
import type { Person } from './scene/person.js';

/** Adds face and hair. */
export function addHead(cones: Cones, person: Person, stance: Stance): void {
  const basis = headBasis(stance);
  const { size, width } = person.head;
  const at: Place = (x, y, z) => add(stance.head, transform(basis, [x * size * width, y * size, z * size]));
  const ball = (x: number, y: number, z: number, r: number, material: number) =>
    cones.push(at(x, y, z), r * size, at(x, y, z), r * size, material);
  const bar = (a: Vec3, ra: number, b: Vec3, rb: number, material: number) =>
    cones.push(at(...a), ra * size, at(...b), rb * size, material);
  const { limb, brow, eye, iris, lips } = materials;
  bar([0, 0.2, -0.02], 0.41, [0, -0.24, 0.05], 0.29, limb);
  bar([0, 0.07, 0.37], 0.045, [0, -0.07, 0.4], 0.07, limb);
  for (const side of [-1, 1]) {
    bar([0.41 * side, 0.03, -0.06], 0.085, [0.39 * side, -0.1, -0.05], 0.055, limb);
    bar([0.19 * side, 0.085, 0.315], 0.04, [0.13 * side, 0.085, 0.335], 0.04, eye);
    ball(0.16 * side, 0.085, 0.34, 0.036, iris);
    bar([0.25 * side, 0.19, 0.29], 0.024, [0.09 * side, 0.205, 0.35], 0.03, brow);
  }
  bar([-0.1, -0.265, 0.3], 0.022, [0, -0.262, 0.33], 0.034, lips);
  bar([0.1, -0.265, 0.3], 0.022, [0, -0.262, 0.33], 0.034, lips);
  if (person.head.beard) addBeard(bar);
  if (person.head.glasses) addGlasses(bar);
  hairs[person.head.hair](bar, ball);
}

type Place = (x: number, y: number, z: number) => Vec3;

/** Turned about the vertical axis, then tilted to a shoulder. */
function headBasis({ turn, tilt }: Stance): Basis {
  const [cy, sy] = [Math.cos(turn * degrees), Math.sin(turn * degrees)];
  const [cz, sz] = [Math.cos(tilt * degrees), Math.sin(tilt * degrees)];
  return [
    [cy * cz, cy * sz, -sy],
    [-sz, cz, 0],
    [sy * cz, sy * sz, cy],
  ];
}

function addBeard(bar: Bar): void {
  bar([-0.13, -0.37, 0.1], 0.215, [0.13, -0.37, 0.1], 0.215, materials.brow);
  bar([-0.11, -0.205, 0.33], 0.03, [0.11, -0.205, 0.33], 0.03, materials.brow);
  for (const s of [-1, 1]) bar([0.3 * s, 0, 0.03], 0.08, [0.25 * s, -0.25, 0.1], 0.11, materials.brow);
}

function addGlasses(bar: Bar): void {
  const g = materials.glasses;
  for (const s of [-1, 1]) {
    const corners: readonly Vec3[] = [
      [0.29 * s, 0.15, 0.34],
      [0.05 * s, 0.15, 0.39],
      [0.06 * s, 0.01, 0.39],
      [0.27 * s, 0.01, 0.34],
    ];
    for (let i = 0; i < 4; i++) bar(corners[i]!, 0.02, corners[(i + 1) % 4]!, 0.02, g);
    bar([0.29 * s, 0.12, 0.34], 0.02, [0.42 * s, 0.1, -0.05], 0.02, g);
  }
  bar([-0.05, 0.12, 0.4], 0.02, [0.05, 0.12, 0.4], 0.02, g);
}
