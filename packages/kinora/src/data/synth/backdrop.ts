/** A picture in linear light, RGB `[height, width, 3]`, and the two things that rooms are painted with. */
import type { Color } from './materials.js';

export interface Backdrop {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

/** Fills a rectangle given in fractions of the picture, lighter at its top. */
export function box(
  { width, height, pixels }: Backdrop,
  x: number,
  y: number,
  w: number,
  h: number,
  color: Color,
): void {
  const right = Math.min(width, Math.round((x + w) * width));
  const bottom = Math.min(height, Math.round((y + h) * height));
  const top = Math.round(y * height);
  for (let row = Math.max(0, top); row < bottom; row++) {
    const k = 1.1 - (0.2 * (row - top)) / Math.max(1, bottom - top);
    for (let column = Math.max(0, Math.round(x * width)); column < right; column++) {
      for (let c = 0; c < 3; c++) pixels[3 * (row * width + column) + c] = color[c]! * k;
    }
  }
}

/** Two box blurs in each direction, near enough to a lens out of focus. */
export function blur({ width, height, pixels }: Backdrop, radius: number): void {
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < height; y++) blurLine(pixels, 3 * y * width, 3, width, radius);
    for (let x = 0; x < width; x++) blurLine(pixels, 3 * x, 3 * width, height, radius);
  }
}

function blurLine(pixels: Float32Array, start: number, step: number, length: number, radius: number): void {
  const line = new Float32Array(length);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < length; i++) line[i] = pixels[start + c + i * step]!;
    const at = (i: number) => line[i < 0 ? 0 : i >= length ? length - 1 : i]!;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      pixels[start + c + i * step] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
}
