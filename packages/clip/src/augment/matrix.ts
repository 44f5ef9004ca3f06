/**
 * Plane geometry as 2x3 matrices that map a point of the output to the point of the source it shows.
 * Coordinates are in pixels, x to the right, y down; the centre of the first pixel is (0.5, 0.5).
 */

/** `[a, b, c, d, e, f]`: x' = a x + b y + c, y' = d x + e y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identity: Matrix = [1, 0, 0, 0, 1, 0];

export function translation(x: number, y: number): Matrix {
  return [1, 0, x, 0, 1, y];
}

/** Mirrors left and right in a frame of this width. */
export function mirror(width: number): Matrix {
  return [-1, 0, width, 0, 1, 0];
}

/** First `inner`, then `outer`. */
export function compose(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

export interface Affine {
  /** Degrees, clockwise. */
  readonly rotation: number;
  /** Pixels to the right and down. */
  readonly translateX: number;
  readonly translateY: number;
  readonly scale: number;
  /** Degrees, along x. */
  readonly shear: number;
}

/**
 * The output-to-source matrix of an affine map about a centre, as torchvision's
 * `_get_inverse_affine_matrix` (0.14) with shear `(shear, 0)`.
 */
export function inverseAffine(affine: Affine, centreX: number, centreY: number): Matrix {
  const angle = (affine.rotation * Math.PI) / 180;
  const shear = Math.tan((affine.shear * Math.PI) / 180);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const a = (-sin * shear + cos) / affine.scale;
  const b = (cos * shear + sin) / affine.scale;
  const d = -sin / affine.scale;
  const e = cos / affine.scale;
  const x = -centreX - affine.translateX;
  const y = -centreY - affine.translateY;
  return [a, b, a * x + b * y + centreX, d, e, d * x + e * y + centreY];
}

/** In 16.16 fixed point, with the source's point under the centre of the first output pixel; rounded as PIL rounds. */
export function fixedPoint([a, b, c, d, e, f]: Matrix): Int32Array {
  const point = (value: number): number => Math.floor(value * 65536 + 0.5);
  return Int32Array.of(
    point(a),
    point(b),
    point(c + a * 0.5 + b * 0.5),
    point(d),
    point(e),
    point(f + d * 0.5 + e * 0.5),
  );
}

/**
 * The matrix in PIL's 16.16 fixed point, as real numbers again: steps and the centre of the first pixel are
 * rounded. Composed with shifts by whole pixels it stays what PIL would have used on the whole frame.
 */
export function quantise([a, b, c, d, e, f]: Matrix): Matrix {
  const point = (value: number): number => Math.floor(value * 65536 + 0.5) / 65536;
  const [p, q, s, t] = [point(a), point(b), point(d), point(e)];
  const x = point(c + a * 0.5 + b * 0.5) - p * 0.5 - q * 0.5;
  const y = point(f + d * 0.5 + e * 0.5) - s * 0.5 - t * 0.5;
  return [p, q, x, s, t, y];
}
