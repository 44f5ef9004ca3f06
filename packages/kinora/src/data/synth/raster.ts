/**
 * Draws round cones into a depth buffer and shades what is visible: one hard-edged sample per pixel. Soft
 * edges and motion blur come from adding several samples, each a little later and a little beside (picture.ts).
 *
 * Along a ray towards the camera, the ball at position s of a cone is nearest at
 * `n(s) = z(s) + sqrt(Q(s))`, where `Q(s) = r(s)^2 - |p - c(s)|^2 = A s^2 + 2 B s + C` is quadratic. For A < 0
 * the maximum has a closed form: `sqrt(Q) = sqrt((B^2 - A C) / (dz^2 - A))`, `s = (-dz sqrt(Q) - B) / A`,
 * clamped to [0, 1]; otherwise one end covers the other and the two balls are all there is.
 */
import { type Cones, coneSize } from './render/cones.js';

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
 * The pixels that the cones can touch, cut to the picture. The border is for samples up to a pixel beside the
 * middle, and for the neighbours that the shader looks at.
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

/** The inner loop of the renderer: long, flat and free of allocations on purpose. */
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
