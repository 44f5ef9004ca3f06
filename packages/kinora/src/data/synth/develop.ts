/** The camera behind the lens: linear light becomes 8-bit sRGB, with dark corners and noise. */

import { type Random, random } from './random.js';
import type { Sensor } from './scene/scene.js';

const curveSteps = 4096;
/** Brightest light that the curve still tells apart. */
const curveTop = 2;

/** sRGB with a shoulder, so that highlights roll off instead of clipping. Levels 0-255, by light. */
const curve = Float32Array.from({ length: curveSteps + 1 }, (_, i) => {
  const light = (curveTop * i) / curveSteps;
  const rolled = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
  return 255 * (rolled <= 0.0031308 ? 12.92 * rolled : 1.055 * rolled ** (1 / 2.4) - 0.055);
});

const noiseSize = 1 << 16;
let noiseTable: Float32Array | undefined;

/** Normal numbers, drawn once. */
function noiseLevels(): Float32Array {
  if (noiseTable !== undefined) return noiseTable;
  const rng = random(0, 'noise');
  noiseTable = Float32Array.from({ length: noiseSize }, () => rng.normal());
  return noiseTable;
}

/** Light that reaches each pixel, `[height, width]`: less in the corners. */
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
 * @param noise standard deviation in levels; 0 gives a clean picture.
 */
export function expose(
  frame: Float32Array,
  vignette: Float32Array,
  gain: number,
  noise: Sensor['noise'],
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
    // Colour noise is weaker than that of brightness, and weakest in green, which cameras measure twice.
    target[i] = level(light * frame[i]!) + grain + tint * levels[(next + 1) & mask]!;
    target[i + 1] = level(light * frame[i + 1]!) + grain;
    target[i + 2] = level(light * frame[i + 2]!) + grain + tint * levels[(next + 2) & mask]!;
    next += 3;
  }
}

const mask = noiseSize - 1;
const level = (step: number): number => curve[step < curveSteps ? step | 0 : curveSteps]!;
