/** For tests only: pictures of a plane with a texture that is a formula, moved by any matrix, so that its flow is known. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FlowFields,
  type Frames,
  fieldAt,
  flowPixels,
  frameAt,
  frameBytes,
  type Matrix,
  randomStream,
  type Size,
  translation,
} from '@kinora/clip';
import { encodeJpeg } from '../decode/jpeg.js';

const random = randomStream(11);
/** Waves of 8 to 40 pixels in all directions. */
const waves = Array.from({ length: 24 }, () => {
  const [angle, length] = [random.uniform(0, 2 * Math.PI), random.uniform(8, 40)];
  const k = (2 * Math.PI) / length;
  return { x: k * Math.cos(angle), y: k * Math.sin(angle), phase: random.uniform(0, 2 * Math.PI) };
});

const brightness = (x: number, y: number): number =>
  128 + waves.reduce((sum, wave) => sum + 16 * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);

/** Frame t shows the plane through `views[t]`, which maps a pixel's centre to the point of the plane seen there. */
export function texturedFrames({ height, width }: Size, views: readonly Matrix[]): Frames {
  const data = new Uint8Array(frameBytes(height, width, views.length));
  let p = 0;
  for (const [a, b, c, d, e, f] of views) {
    for (let y = 0.5; y < height; y++) {
      for (let x = 0.5; x < width; x++, p += 3)
        data.fill(Math.max(0, Math.min(255, brightness(a * x + b * y + c, d * x + e * y + f))), p, p + 3);
    }
  }
  return { data, count: views.length, height, width };
}

/** Where a pixel's centre moves to. */
export type Motion = (x: number, y: number) => readonly [x: number, y: number];

/** Mean and largest endpoint error of a field in pixels, `margin` pixels and more from the edges. */
export function endpointErrors(fields: FlowFields, index: number, motion: Motion, margin = 10) {
  const { height, width } = fields;
  const field = fieldAt(fields, index);
  const errors: number[] = [];
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      const [toX, toY] = motion(x + 0.5, y + 0.5);
      const i = (y * width + x) * 2;
      const [u, v] = [flowPixels(field[i]!), flowPixels(field[i + 1]!)];
      errors.push(Math.hypot(u - (toX - x - 0.5), v - (toY - y - 0.5)));
    }
  }
  return { mean: errors.reduce((a, b) => a + b) / errors.length, largest: Math.max(...errors) };
}

/** Writes a clip of JPEG frames in which everything moves right by `speed` pixels a frame. */
export function writeTexturedClip(folder: string, count: number, size: Size, speed = 2): void {
  mkdirSync(folder, { recursive: true });
  const views = Array.from({ length: count }, (_, t) => translation(-speed * t, 0));
  const frames = texturedFrames(size, views);
  for (let t = 0; t < count; t++) {
    const name = `${String(t + 1).padStart(5, '0')}.jpg`;
    writeFileSync(join(folder, name), encodeJpeg(frameAt(frames, t), size, 95));
  }
}
