/**
 * Materials and light: colours in linear light, and the shader that turns one sample of the visible surface into
 * colour and adds it to a layer. Diffuse light that wraps slightly around the form, as it does in skin, an ambient
 * sky, a soft highlight, and darkness beside nearer surfaces (the gaps between fingers).
 */
import { type Cones, coneSize, type Region, type Surface } from './cones.js';
import type { Vec3 } from './vector.js';

export type Color = readonly [red: number, green: number, blue: number];

export const materialNames = [
  'skin',
  'limb',
  'nail',
  'crease',
  'sleeve',
  'shirt',
  'collar',
  'hair',
  'brow',
  'eye',
  'iris',
  'lips',
  'glasses',
  'prop',
] as const;

/** Index of each material in the table that the shader reads. */
export const materials = Object.fromEntries(materialNames.map((name, i) => [name, i])) as Readonly<
  Record<(typeof materialNames)[number], number>
>;

export interface Material {
  readonly color: Color;
  /** Colour of the side that faces the palm direction; default: `color`. */
  readonly palm?: Color;
  /** Strength of the highlight. */
  readonly gloss?: number;
  /** Strength of the occlusion by nearer surfaces; default 1. */
  readonly crevice?: number;
  /** Contrast of the woven or striped pattern, 0 for none. */
  readonly pattern?: number;
}

/** Numbers per material: two colours, gloss, pattern, crevice. */
export const materialSize = 9;

/** The table `[materials, materialSize]` that the shader reads. */
export function materialTable(
  list: Readonly<Record<(typeof materialNames)[number], Material>>,
): Float32Array {
  return Float32Array.from(
    materialNames.flatMap((name) => {
      const { color, palm = color, gloss = 0, pattern = 0, crevice = 1 } = list[name];
      return [...color, ...palm, gloss, pattern, crevice];
    }),
  );
}

/** Converts an sRGB colour `#rrggbb` to linear light (IEC 61966-2-1). */
export function hex(code: string): Color {
  const channel = (at: number) => toLinear(Number.parseInt(code.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

export const mixColor = (a: Color, b: Color, t: number): Color => [
  a[0] + t * (b[0] - a[0]),
  a[1] + t * (b[1] - a[1]),
  a[2] + t * (b[2] - a[2]),
];

export const dim = (a: Color, k: number): Color => [a[0] * k, a[1] * k, a[2] * k];

export interface Light {
  /** Unit vector towards the lamp: x right, y up, z towards the camera. */
  readonly direction: Vec3;
  readonly key: Color;
  readonly ambient: Color;
}

/**
 * Adds the surface to a layer's pixels (premultiplied linear RGB and coverage, `[height, width, 4]`), each sample
 * with `weight`. Like the rasteriser, one flat loop.
 *
 * @param zoom scales what is measured in pixels: how far away a nearer surface casts darkness, and the pattern of cloth
 */
export function shade(
  layer: Float32Array,
  surface: Surface,
  cones: Cones,
  region: Region,
  table: Float32Array,
  light: Light,
  weight: number,
  zoom: number,
): void {
  const { width, depth, normal, cone } = surface;
  const data = cones.data;
  const [lx, up, lz] = light.direction;
  const ly = -up;
  const halfLength = 1 / Math.hypot(lx, ly, lz + 1);
  const [keyRed, keyGreen, keyBlue] = light.key;
  const [skyRed, skyGreen, skyBlue] = light.ambient;
  const border = Math.max(1, Math.round(2 * zoom));
  const [gap, perPixel] = [0.8 * zoom, 1 / zoom];
  const left = Math.max(border, region.left);
  const right = Math.min(width - border, region.right);
  const top = Math.max(border, region.top);
  const bottom = Math.min(surface.height - border, region.bottom);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const pixel = y * width + x;
      const index = cone[pixel]!;
      if (index < 0) continue;
      const at = index * coneSize;
      const m = data[at + 8]! * materialSize;
      let nx = normal[3 * pixel]!;
      let ny = normal[3 * pixel + 1]!;
      let nz = normal[3 * pixel + 2]!;
      const qx = data[at + 9]!;
      const qy = data[at + 10]!;
      const qz = data[at + 11]!;
      const side = nx * qx + ny * qy + nz * qz;
      const flat = data[at + 12]!;
      if (flat > 0) {
        const k = side > 0 ? flat : -flat;
        nx += k * qx;
        ny += k * qy;
        nz += k * qz;
        const length = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
        nx *= length;
        ny *= length;
        nz *= length;
      }
      const z = depth[pixel]! + gap;
      const shadow =
        nearer(perPixel * (depth[pixel - border]! - z)) +
        nearer(perPixel * (depth[pixel + border]! - z)) +
        nearer(perPixel * (depth[pixel - border * width]! - z)) +
        nearer(perPixel * (depth[pixel + border * width]! - z));
      const open = (1 - 0.2 * table[m + 8]! * shadow) * (0.72 + 0.28 * Math.max(0, nz));
      const wrapped = (nx * lx + ny * ly + nz * lz + 0.35) * 0.74;
      const diffuse = wrapped > 0 ? wrapped * open : 0;
      const sky = (0.75 - 0.25 * ny) * open;
      const h = (nx * lx + ny * ly + nz * (lz + 1)) * halfLength;
      const h4 = h > 0 ? h * h * h * h : 0;
      const gloss = table[m + 6]! * h4 * h4 * h4 * open;
      let palm = 0.5 + 0.9 * side;
      palm = Math.min(1, Math.max(0, palm));
      const weave = table[m + 7]!;
      const pattern = weave === 0 ? 1 : 1 + weave * stripes(data, at, x, y, perPixel);
      const red = (table[m]! + palm * (table[m + 3]! - table[m]!)) * pattern;
      const green = (table[m + 1]! + palm * (table[m + 4]! - table[m + 1]!)) * pattern;
      const blue = (table[m + 2]! + palm * (table[m + 5]! - table[m + 2]!)) * pattern;
      layer[4 * pixel]! += weight * (red * (sky * skyRed + diffuse * keyRed) + gloss * keyRed);
      layer[4 * pixel + 1]! += weight * (green * (sky * skyGreen + diffuse * keyGreen) + gloss * keyGreen);
      layer[4 * pixel + 2]! += weight * (blue * (sky * skyBlue + diffuse * keyBlue) + gloss * keyBlue);
      layer[4 * pixel + 3]! += weight;
    }
  }
}

/** Occlusion by a neighbour `d` pixels nearer to the camera, in [0, 1]. */
const nearer = (d: number): number => (d <= 0 ? 0 : d > 4 ? 1 : d * 0.25);

/** Bands of cloth at right angles to the cone's axis, in [-1, 1]; they move with the cone. */
function stripes(data: Float32Array, at: number, x: number, y: number, perPixel: number): number {
  const dx = data[at + 4]! - data[at]!;
  const dy = data[at + 5]! - data[at + 1]!;
  const position = ((x - data[at]!) * dx + (y - data[at + 1]!) * dy) / (Math.sqrt(dx * dx + dy * dy) + 1e-3);
  return Math.sin(position * (1.1 * perPixel));
}
