/**
 * The one primitive of the renderer: the round cone, a ball swept along a straight line while its radius
 * changes. Fingers, arms, heads, hair and clothes are lists of them. This file holds the list, its projection by
 * the camera, and the rasteriser, which finds the nearest surface at one hard-edged sample per pixel. Soft edges
 * and motion blur come from accumulating several samples, each slightly later and slightly offset.
 */
import { type Basis, transform, type Vec3 } from './vector.js';

/** Numbers per cone: both ends with their radii, material, palm direction, flatness of the shading. */
export const coneSize = 13;

/** A growing list of cones, `[count, coneSize]`, reused from one picture to the next. */
export class Cones {
  data = new Float32Array(coneSize * 96);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /**
   * @param palm unit vector out of the palm; skin on that side is lighter. Also the direction of `flatness`.
   * @param flatness 0 shades a round cone, larger values turn its normals towards `palm` (or away from it).
   */
  push(a: Vec3, ra: number, b: Vec3, rb: number, material: number, palm: Vec3 = back, flatness = 0): void {
    const at = this.count++ * coneSize;
    if (at + coneSize > this.data.length) {
      const grown = new Float32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    const d = this.data;
    d[at] = a[0];
    d[at + 1] = a[1];
    d[at + 2] = a[2];
    d[at + 3] = ra;
    d[at + 4] = b[0];
    d[at + 5] = b[1];
    d[at + 6] = b[2];
    d[at + 7] = rb;
    d[at + 8] = material;
    d[at + 9] = palm[0];
    d[at + 10] = palm[1];
    d[at + 11] = palm[2];
    d[at + 12] = flatness;
  }
}

/** The palm direction of surfaces that have no palm: away from the camera. */
const back: Vec3 = [0, 0, -1];

/** A pinhole camera: at z = 0 one unit of the world is `scale` pixels; the eye stands at z = `distance`. */
export interface Camera {
  readonly scale: number;
  readonly distance: number;
  /** The pixel on the optical axis. */
  readonly centerX: number;
  readonly centerY: number;
}

/** Pixels per unit of the world at depth `z`. */
export const scaleAt = (camera: Camera, z: number): number =>
  (camera.scale * camera.distance) / (camera.distance - z);

/** Turns all cones about the middle of the gesturing space, in place: a camera that looks from elsewhere. */
export function turnCones(cones: Cones, view: Basis): void {
  const d = cones.data;
  const put = (at: number) => {
    const [x, y, z] = transform(view, [d[at]!, d[at + 1]!, d[at + 2]!]);
    d[at] = x;
    d[at + 1] = y;
    d[at + 2] = z;
  };
  for (let at = 0; at < cones.count * coneSize; at += coneSize) {
    put(at);
    put(at + 4);
    put(at + 9);
  }
}

/** The pixel of a point in the world. */
export function project(camera: Camera, [x, y, z]: Vec3): [x: number, y: number] {
  const s = scaleAt(camera, z);
  return [camera.centerX + s * x, camera.centerY - s * y];
}

/** Converts world units to pixels, in place: x right, y down, z towards the camera. */
export function projectCones(cones: Cones, camera: Camera): void {
  const d = cones.data;
  for (let at = 0; at < cones.count * coneSize; at += coneSize) {
    projectEnd(d, at, camera);
    projectEnd(d, at + 4, camera);
    d[at + 10] = -d[at + 10]!;
  }
}

function projectEnd(d: Float32Array, at: number, camera: Camera): void {
  const s = scaleAt(camera, d[at + 2]!);
  d[at] = camera.centerX + s * d[at]!;
  d[at + 1] = camera.centerY - s * d[at + 1]!;
  d[at + 2] = camera.scale * d[at + 2]!;
  d[at + 3] = s * d[at + 3]!;
}

/** A rectangle of pixels, right and bottom excluded. */
export interface Region {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Depth, normal and cone of the nearest surface at each pixel of a `[height, width]` picture. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  readonly normal: Float32Array;
  /** Index of the cone, -1 where there is none. */
  readonly cone: Int16Array;
}

export function createSurface(width: number, height: number): Surface {
  const n = width * height;
  return {
    width,
    height,
    depth: new Float32Array(n).fill(empty),
    normal: new Float32Array(3 * n),
    cone: new Int16Array(n).fill(-1),
  };
}

const empty = -1e9;

/**
 * The pixels that the cones can touch, clipped to the picture. The border leaves room for samples offset by up
 * to a pixel, and for the neighbours that the shader reads.
 */
export function boundsOf(cones: Cones, { width, height }: Surface, border = 4): Region {
  const region = { left: width, top: height, right: 0, bottom: 0 };
  const d = cones.data;
  for (let at = 0; at < cones.count * coneSize; at += coneSize) {
    for (let end = at; end <= at + 4; end += 4) {
      const r = d[end + 3]! + border;
      region.left = Math.min(region.left, Math.floor(d[end]! - r));
      region.right = Math.max(region.right, Math.ceil(d[end]! + r));
      region.top = Math.min(region.top, Math.floor(d[end + 1]! - r));
      region.bottom = Math.max(region.bottom, Math.ceil(d[end + 1]! + r));
    }
  }
  return clip(region, width, height);
}

function clip(r: Region, width: number, height: number): Region {
  const left = Math.max(0, Math.min(width, r.left));
  const top = Math.max(0, Math.min(height, r.top));
  return {
    left,
    top,
    right: Math.max(left, Math.min(width, r.right)),
    bottom: Math.max(top, Math.min(height, r.bottom)),
  };
}

export function clearSurface(surface: Surface, { left, top, right, bottom }: Region): void {
  for (let y = top; y < bottom; y++) {
    surface.depth.fill(empty, y * surface.width + left, y * surface.width + right);
    surface.cone.fill(-1, y * surface.width + left, y * surface.width + right);
  }
}

/** Draws all cones; the sample of pixel (x, y) lies at (x + offsetX, y + offsetY). */
export function drawCones(surface: Surface, cones: Cones, offsetX: number, offsetY: number): void {
  for (let i = 0; i < cones.count; i++) drawCone(surface, cones.data, i, offsetX, offsetY);
}

/**
 * Draws cone number `index`. Along a ray towards the camera, the ball at position s of a cone is nearest at
 * `n(s) = z(s) + sqrt(Q(s))`, where `Q(s) = r(s)^2 - |p - c(s)|^2 = A s^2 + 2 B s + C` is quadratic. For A < 0
 * the maximum has a closed form: `sqrt(Q) = sqrt((B^2 - A C) / (dz^2 - A))`, `s = (-dz sqrt(Q) - B) / A`,
 * clamped to [0, 1]; otherwise one end ball contains the other and the larger one is the whole surface.
 *
 * The inner loop of the renderer: long, flat and free of allocations on purpose.
 */
function drawCone(surface: Surface, d: Float32Array, index: number, offsetX: number, offsetY: number): void {
  const at = index * coneSize;
  const ax = d[at]! - offsetX;
  const ay = d[at + 1]! - offsetY;
  const az = d[at + 2]!;
  const ra = d[at + 3]!;
  const dx = d[at + 4]! - offsetX - ax;
  const dy = d[at + 5]! - offsetY - ay;
  const dz = d[at + 6]! - az;
  const dr = d[at + 7]! - ra;
  const A = dr * dr - dx * dx - dy * dy;
  const k = A < 0 ? 1 / (dz * dz - A) : 0;
  const inverse = A < 0 ? 1 / A : 0;
  const { width, height, depth, normal, cone } = surface;
  const rb = ra + dr;
  const x0 = Math.max(0, Math.ceil(Math.min(ax - ra, ax + dx - rb)));
  const x1 = Math.min(width - 1, Math.floor(Math.max(ax + ra, ax + dx + rb)));
  const y0 = Math.max(0, Math.ceil(Math.min(ay - ra, ay + dy - rb)));
  const y1 = Math.min(height - 1, Math.floor(Math.max(ay + ra, ay + dy + rb)));
  // A row meets the cone no further than this from its axis.
  const slope = dy === 0 ? 0 : dx / dy;
  const reach = dy === 0 ? width : (Math.max(ra, rb) * Math.sqrt(dx * dx + dy * dy)) / Math.abs(dy);
  for (let y = y0; y <= y1; y++) {
    const py = y - ay;
    const middle = ax + slope * py;
    const first = Math.max(x0, Math.ceil(middle - reach));
    const last = Math.min(x1, Math.floor(middle + reach));
    for (let x = first; x <= last; x++) {
      const px = x - ax;
      const B = ra * dr + px * dx + py * dy;
      const C = ra * ra - px * px - py * py;
      let s: number;
      if (A < 0) {
        const D = B * B - A * C;
        if (D < 0) continue;
        s = (-dz * Math.sqrt(D * k) - B) * inverse;
        s = Math.min(1, Math.max(0, s));
      } else {
        const far = A + 2 * B + C;
        if (far < 0 && C < 0) continue;
        s = C < 0 || (far >= 0 && dz + Math.sqrt(far) > Math.sqrt(C)) ? 1 : 0;
      }
      const Q = (A * s + 2 * B) * s + C;
      if (Q < 0) continue;
      const root = Math.sqrt(Q);
      const z = az + s * dz + root;
      const pixel = y * width + x;
      if (z <= depth[pixel]!) continue;
      depth[pixel] = z;
      cone[pixel] = index;
      const r = 1 / (ra + s * dr);
      normal[3 * pixel] = (px - s * dx) * r;
      normal[3 * pixel + 1] = (py - s * dy) * r;
      normal[3 * pixel + 2] = root * r;
    }
  }
}
