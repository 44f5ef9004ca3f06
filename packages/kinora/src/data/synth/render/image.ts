/**
 * Pictures in linear light: layers with coverage that are composited over a frame, in place or moved by a fraction
 * of a pixel, and the exposure that turns the frame into 8-bit sRGB with vignette and noise.
 */
import { type Random, random } from '../random.js';
import type { Region } from './cones.js';

/** Premultiplied linear RGB and coverage, `[height, width, 4]`, and the region that is not empty. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
  readonly touched: Region;
}

export function createLayer(width: number, height: number): Layer {
  const touched = { left: width, top: height, right: 0, bottom: 0 };
  return { width, height, pixels: new Float32Array(4 * width * height), touched };
}

export function clearLayer({ width, height, pixels, touched }: Layer): void {
  for (let y = touched.top; y < touched.bottom; y++) {
    pixels.fill(0, 4 * (y * width + touched.left), 4 * (y * width + touched.right));
  }
  Object.assign(touched, { left: width, top: height, right: 0, bottom: 0 });
}

/** Records that something was drawn in a region. */
export function touch({ touched }: Layer, { left, top, right, bottom }: Region): void {
  touched.left = Math.min(touched.left, left);
  touched.top = Math.min(touched.top, top);
  touched.right = Math.max(touched.right, right);
  touched.bottom = Math.max(touched.bottom, bottom);
}

/**
 * Darkens the frame where `caster` shadows `receiver`: its coverage, moved by (dx, dy) whole pixels and slightly
 * blurred.
 */
export function castShadow(
  frame: Float32Array,
  caster: Layer,
  receiver: Layer,
  dx: number,
  dy: number,
  strength: number,
): void {
  const { width, height, pixels, touched } = caster;
  const coverage = (at: number) => pixels[4 * at + 3]!;
  const spread = 2;
  for (let y = Math.max(spread, touched.top); y < Math.min(height - spread, touched.bottom); y++) {
    if (y + dy < 0 || y + dy >= height) continue;
    for (let x = Math.max(spread, touched.left); x < Math.min(width - spread, touched.right); x++) {
      if (x + dx < 0 || x + dx >= width) continue;
      const from = y * width + x;
      const beside = coverage(from - spread) + coverage(from + spread);
      const around = beside + coverage(from - spread * width) + coverage(from + spread * width);
      if (around === 0) continue;
      const to = from + dy * width + dx;
      const through = 1 - 0.25 * strength * around * receiver.pixels[4 * to + 3]!;
      frame[3 * to]! *= through;
      frame[3 * to + 1]! *= through;
      frame[3 * to + 2]! *= through;
    }
  }
}

/** Composites the layer over a frame, linear RGB `[height, width, 3]`. */
export function overlay(frame: Float32Array, { width, pixels, touched }: Layer): void {
  for (let y = touched.top; y < touched.bottom; y++) {
    const end = y * width + touched.right;
    for (let pixel = y * width + touched.left; pixel < end; pixel++) {
      const through = 1 - pixels[4 * pixel + 3]!;
      if (through >= 1) continue;
      frame[3 * pixel] = frame[3 * pixel]! * through + pixels[4 * pixel]!;
      frame[3 * pixel + 1] = frame[3 * pixel + 1]! * through + pixels[4 * pixel + 1]!;
      frame[3 * pixel + 2] = frame[3 * pixel + 2]! * through + pixels[4 * pixel + 2]!;
    }
  }
}

/** The same, moved by (dx, dy) pixels, bilinearly interpolated; edge pixels repeat beyond the picture. */
export function overlayMoved(frame: Float32Array, layer: Layer, dx: number, dy: number): void {
  const { width, height, pixels, touched } = layer;
  const [sx, sy] = [Math.floor(-dx), Math.floor(-dy)];
  const [fx, fy] = [-dx - sx, -dy - sy];
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const left = Math.max(0, touched.left - sx - 1);
  const right = Math.min(width, touched.right - sx + 1);
  const top = Math.max(0, touched.top - sy - 1);
  // A body cut off by the lower edge continues below it, wherever it moves.
  const bottom = touched.bottom === height ? height : Math.min(height, touched.bottom - sy + 1);
  const inside = (v: number, size: number) => Math.min(size - 1, Math.max(0, v));
  for (let y = top; y < bottom; y++) {
    const row0 = inside(y + sy, height) * width;
    const row1 = inside(y + sy + 1, height) * width;
    for (let x = left; x < right; x++) {
      const x0 = inside(x + sx, width);
      const x1 = inside(x + sx + 1, width);
      const a = 4 * (row0 + x0);
      const b = 4 * (row0 + x1);
      const c = 4 * (row1 + x0);
      const d = 4 * (row1 + x1);
      const cover = w00 * pixels[a + 3]! + w10 * pixels[b + 3]! + w01 * pixels[c + 3]! + w11 * pixels[d + 3]!;
      if (cover <= 0) continue;
      const through = 1 - cover;
      const at = 3 * (y * width + x);
      frame[at] =
        frame[at]! * through + (w00 * pixels[a]! + w10 * pixels[b]! + w01 * pixels[c]! + w11 * pixels[d]!);
      frame[at + 1] =
        frame[at + 1]! * through +
        (w00 * pixels[a + 1]! + w10 * pixels[b + 1]! + w01 * pixels[c + 1]! + w11 * pixels[d + 1]!);
      frame[at + 2] =
        frame[at + 2]! * through +
        (w00 * pixels[a + 2]! + w10 * pixels[b + 2]! + w01 * pixels[c + 2]! + w11 * pixels[d + 2]!);
    }
  }
}

const curveSteps = 4096;
/** The brightest light in the table; anything above maps to the last entry. */
const curveTop = 2;

/** The sRGB curve with a shoulder, so that highlights roll off instead of clipping: levels 0-255 by light. */
const curve = Float32Array.from({ length: curveSteps + 1 }, (_, i) => {
  const light = (curveTop * i) / curveSteps;
  const rolled = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
  return 255 * (rolled <= 0.0031308 ? 12.92 * rolled : 1.055 * rolled ** (1 / 2.4) - 0.055);
});

const noiseSize = 1 << 16;
let noiseTable: Float32Array | undefined;

/** Standard normal numbers, drawn on first use. */
function noiseLevels(): Float32Array {
  if (noiseTable !== undefined) return noiseTable;
  const rng = random(0, 'noise');
  noiseTable = Float32Array.from({ length: noiseSize }, () => rng.normal());
  return noiseTable;
}

/** Share of the light that reaches each pixel, `[height, width]`: less in the corners. */
export function vignetteMap(width: number, height: number, strength: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const x = ((i % width) + 0.5) / width - 0.5;
    const y = (Math.floor(i / width) + 0.5) / height - 0.5;
    return 1 - 2 * strength * (x * x + y * y);
  });
}

/**
 * Exposes a frame: linear RGB `[height, width, 3]` to uint8 RGB of the same shape at `target`.
 *
 * @param noise standard deviation in levels; 0 gives a clean picture
 */
export function expose(
  frame: Float32Array,
  vignette: Float32Array,
  gain: number,
  noise: number,
  rng: Random,
  target: Uint8ClampedArray,
): void {
  const k = (gain * curveSteps) / curveTop;
  const tint = 0.5 * noise;
  const levels = noiseLevels();
  let next = rng.integer(0, noiseSize - 1);
  for (let pixel = 0, i = 0; pixel < vignette.length; pixel++, i += 3) {
    const light = k * vignette[pixel]!;
    const grain = noise * levels[next & mask]!;
    // Chroma noise is weaker than luma noise, and absent in green, which a Bayer sensor samples twice.
    target[i] = level(light * frame[i]!) + grain + tint * levels[(next + 1) & mask]!;
    target[i + 1] = level(light * frame[i + 1]!) + grain;
    target[i + 2] = level(light * frame[i + 2]!) + grain + tint * levels[(next + 2) & mask]!;
    next += 3;
  }
}

const mask = noiseSize - 1;
const level = (step: number): number => curve[step < curveSteps ? step | 0 : curveSteps]!;
