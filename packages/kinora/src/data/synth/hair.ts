/** Hair styles as round cones, in hand lengths around the middle of the head. */
import { materials } from './materials.js';
import type { Vec3 } from './render/vector.js';
import type { HairStyle } from './scene/person.js';

/** Adds a cone, or a ball, in the axes of the head. */
export type Bar = (a: Vec3, ra: number, b: Vec3, rb: number, material: number) => void;
export type Ball = (x: number, y: number, z: number, r: number, material: number) => void;

const h = materials.hair;

const shortHair: HairDresser = (bar) => {
  bar([0, 0.3, -0.09], 0.43, [0, 0.16, -0.16], 0.43, h);
};

type HairDresser = (bar: Bar, ball: Ball) => void;

export const hairs: Readonly<Record<HairStyle, HairDresser>> = {
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
