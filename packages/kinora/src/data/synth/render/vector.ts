/** Vectors and rotations in three dimensions: x to the right of the picture, y up, z towards the camera. */

export type Vec3 = readonly [x: number, y: number, z: number];

/** The columns of a 3x3 matrix: the images of the x, y and z axes. */
export type Basis = readonly [x: Vec3, y: Vec3, z: Vec3];

export const degrees = Math.PI / 180;

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** `a + k b` */
export const along = (a: Vec3, b: Vec3, k: number): Vec3 => [
  a[0] + k * b[0],
  a[1] + k * b[1],
  a[2] + k * b[2],
];
/** The point between `a` (t = 0) and `b` (t = 1). */
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => along(a, subtract(b, a), t);

export function normalize(a: Vec3): Vec3 {
  const length = Math.hypot(a[0], a[1], a[2]) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}

/** The component of `a` perpendicular to the unit vector `axis`, as a unit vector. */
export function perpendicular(a: Vec3, axis: Vec3): Vec3 {
  return normalize(along(a, axis, -dot(a, axis)));
}

/** Rotates the unit vector `from` by `angle` (radians) towards the perpendicular unit vector `to`. */
export function bend(from: Vec3, to: Vec3, angle: number): Vec3 {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [c * from[0] + s * to[0], c * from[1] + s * to[1], c * from[2] + s * to[2]];
}

/** Converts `v` from the axes of `basis` to those of the world. */
export function transform(basis: Basis, v: Vec3): Vec3 {
  const [x, y, z] = basis;
  return [
    x[0] * v[0] + y[0] * v[1] + z[0] * v[2],
    x[1] * v[0] + y[1] * v[1] + z[1] * v[2],
    x[2] * v[0] + y[2] * v[1] + z[2] * v[2],
  ];
}
