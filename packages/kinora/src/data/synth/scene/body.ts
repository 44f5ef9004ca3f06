/**
 * The body as round cones, and the points of it that gestures refer to: torso, arms with or without sleeves, face and
 * hair. The body stands about one and a half hand lengths further from the camera than the hands.
 */
import type { Cones } from '../render/cones.js';
import { materials } from '../render/shading.js';
import {
  add,
  along,
  type Basis,
  degrees,
  mix,
  normalize,
  perpendicular,
  subtract,
  transform,
  type Vec3,
} from '../render/vector.js';
import type { ArmShape, HairStyle, Person } from './person.js';

/** How a person stands or sits: the middle of the head in the world, and the turn and tilt of the head in degrees. */
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

type Place = (x: number, y: number, z: number) => Vec3;

const forward: Vec3 = [0, 0, 1];

/** Adds neck, shoulders and chest. */
export function addTorso(cones: Cones, person: Person, { head }: Stance): void {
  const at: Place = (x, y, z) => add(head, [x * person.shoulders, y, z]);
  const { limb, shirt, collar } = materials;
  const { waist = 3.2 } = person;
  cones.push(at(0, -0.4, -0.1), 0.21, at(0, -0.82, -0.14), 0.25, limb);
  for (const side of [-1, 1]) {
    cones.push(at(0.1 * side, -0.8, -0.16), 0.17, at(0.86 * side, -1.12, -0.12), 0.25, shirt, forward, 0.7);
    cones.push(at(0.6 * side, -1.2, -0.1), 0.37, at(0.54 * side, -waist, -0.05), 0.4, shirt, forward, 1.4);
    cones.push(at(0.22 * side, -1.2, -0.06), 0.4, at(0.22 * side, -waist, -0.04), 0.44, shirt, forward, 3);
  }
  if (person.head.hood) addHood(cones, at);
  else {
    cones.push(at(-0.2, -0.76, 0.06), 0.06, at(0, -0.98, 0.24), 0.055, collar);
    cones.push(at(0.2, -0.76, 0.06), 0.06, at(0, -0.98, 0.24), 0.055, collar);
    cones.push(at(0, -0.72, -0.02), 0.17, at(0, -0.86, 0.11), 0.12, limb, forward, 0.6);
  }
}

function addHood(cones: Cones, at: Place): void {
  for (const side of [-1, 1]) {
    cones.push(at(0.33 * side, -0.62, -0.2), 0.14, at(0.1 * side, -0.92, 0.2), 0.12, materials.shirt);
    cones.push(at(0.08 * side, -0.98, 0.3), 0.022, at(0.1 * side, -1.5, 0.36), 0.02, materials.collar);
  }
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

/** The elbow between shoulder and wrist, bent towards `pole`. An arm that is too short is stretched. */
function elbowOf(shoulder: Vec3, wrist: Vec3, pole: Vec3, { upperLength, foreLength }: ArmShape): Vec3 {
  const reach = subtract(wrist, shoulder);
  const distance = Math.min(Math.hypot(...reach), 0.995 * (upperLength + foreLength));
  const axis = normalize(reach);
  const forward = (upperLength ** 2 - foreLength ** 2 + distance ** 2) / (2 * distance);
  const aside = Math.sqrt(Math.max(0, upperLength ** 2 - forward ** 2));
  return along(along(shoulder, axis, forward), perpendicular(pole, axis), aside);
}

/** Adds face and hair. @param mouth how far the mouth is open, in [0, 1] */
export function addHead(cones: Cones, person: Person, stance: Stance, mouth = 0): void {
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
  if (mouth > 0) {
    const low = -0.275 - 0.085 * mouth;
    bar([-0.06, low + 0.04, 0.31], 0.02 + 0.03 * mouth, [0.06, low + 0.04, 0.31], 0.02 + 0.03 * mouth, iris);
    bar([-0.08, low, 0.29], 0.022, [0.08, low, 0.29], 0.022, lips);
  }
  if (person.head.beard) addBeard(bar);
  if (person.head.glasses) addGlasses(bar);
  hairs[person.head.hair](bar, ball);
}

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

/** Adds a cone, or a ball, in the axes of the head, in hand lengths around its middle. */
type Bar = (a: Vec3, ra: number, b: Vec3, rb: number, material: number) => void;
type Ball = (x: number, y: number, z: number, r: number, material: number) => void;

/** The material of hair, and of caps. */
const h = materials.hair;

type AddHair = (bar: Bar, ball: Ball) => void;

const shortHair: AddHair = (bar) => {
  bar([0, 0.3, -0.09], 0.43, [0, 0.16, -0.16], 0.43, h);
};

const hairs: Readonly<Record<HairStyle, AddHair>> = {
  bald: () => {},
  buzz: (bar) => bar([0, 0.25, -0.08], 0.415, [0, 0.14, -0.12], 0.415, h),
  short: (bar, ball) => {
    shortHair(bar, ball);
    bar([-0.2, 0.5, 0.1], 0.16, [0.22, 0.55, 0.05], 0.15, h);
  },
  fringe: (bar, ball) => {
    shortHair(bar, ball);
    bar([-0.26, 0.4, 0.19], 0.13, [0.26, 0.4, 0.19], 0.13, h);
  },
  bob: (bar, ball) => {
    shortHair(bar, ball);
    bar([-0.22, 0.46, 0.14], 0.14, [0.24, 0.42, 0.14], 0.14, h);
    for (const s of [-1, 1]) bar([0.37 * s, 0.25, -0.05], 0.15, [0.4 * s, -0.28, -0.02], 0.14, h);
  },
  long: (bar, ball) => {
    shortHair(bar, ball);
    for (const s of [-1, 1]) {
      bar([0.2 * s, 0.5, 0.08], 0.14, [0.37 * s, 0.15, 0.02], 0.13, h);
      bar([0.38 * s, 0.15, -0.06], 0.15, [0.46 * s, -1.0, 0.06], 0.13, h);
    }
  },
  bun: (bar, ball) => {
    shortHair(bar, ball);
    ball(0.02, 0.78, -0.2, 0.19, h);
  },
  curly: (bar, ball) => {
    shortHair(bar, ball);
    for (let i = 0; i < 9; i++) {
      const angle = (-0.12 + (1.24 * i) / 8) * Math.PI;
      ball(
        0.43 * Math.cos(angle),
        0.28 + 0.4 * Math.sin(angle),
        -0.02 + 0.06 * (i % 2),
        0.16 + 0.02 * (i % 3),
        h,
      );
    }
  },
  cap: (bar) => {
    bar([0, 0.34, -0.06], 0.42, [0, 0.22, -0.12], 0.43, h);
    bar([-0.2, 0.36, 0.34], 0.055, [0.2, 0.36, 0.34], 0.055, h);
  },
};
