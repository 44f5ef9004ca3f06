/** Cut-outs: pictures with coverage that are laid over a frame, in place or moved by a part of a pixel. */
import type { Region } from '../raster.js';

/** Premultiplied linear RGB and coverage, `[height, width, 4]`, and where it is not empty. */
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

/** Notes that something was drawn in a region. */
export function touch({ touched }: Layer, { left, top, right, bottom }: Region): void {
  touched.left = Math.min(touched.left, left);
  touched.top = Math.min(touched.top, top);
  touched.right = Math.max(touched.right, right);
  touched.bottom = Math.max(touched.bottom, bottom);
}

/**
 * Darkens the frame where `caster` stands between the light and `receiver`: its coverage, moved by (dx, dy) whole
 * pixels and blurred a little.
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

/** Lays the layer over a frame, linear RGB `[height, width, 3]`. */
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

/** The same, moved by (dx, dy) pixels: between pixels by bilinear interpolation, beyond edges by the edge. */
export function overlayMoved(frame: Float32Array, layer: Layer, dx: number, dy: number): void {
  const { width, height, pixels, touched } = layer;
  const [sx, sy] = [Math.floor(-dx), Math.floor(-dy)];
  const [fx, fy] = [-dx - sx, -dy - sy];
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const left = Math.max(0, touched.left - sx - 1);
  const right = Math.min(width, touched.right - sx + 1);
  const top = Math.max(0, touched.top - sy - 1);
  // A body that is cut off by the lower edge goes on below it, wherever it moves.
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
