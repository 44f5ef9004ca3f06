/**
 * Hand poses as joint angles in degrees, and the table of the named ones. A pose is data: skeleton.ts turns
 * it into bones. The two joints beyond a finger's middle knuckle bend together, as tendons make them.
 */

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

/** Index of the first of a finger's three angles in a pose; finger 0 is the index finger, 3 the little one. */
export const fingerOffset = (finger: number): number => 4 + 3 * finger;
