/** The gradient of one weight of the first layer, as the sum that it is: what the weight saw, times the error. */
import type { SlowStep } from './engine/laboratory.js';
import { type Convolution, elements, SIDE } from './engine/network.js';
import { MEAN } from './engine/trainer.js';

/** A weight of a kernel: its frame, row and column. */
export type WeightPlace = readonly [t: number, y: number, x: number];

/** A cell of the first layer's maps. */
export interface MapPlace {
  readonly clip: number;
  readonly t: number;
  readonly y: number;
  readonly x: number;
}

export interface Product {
  readonly place: MapPlace;
  /** Of the clip, less the mean; 0 in the padding. */
  readonly pixel: number;
  readonly error: number;
}

/** The pixel that a weight multiplies when the kernel computes a cell. */
export function pixelAt(
  { clips: { pixels } }: SlowStep,
  { size: [frames], stride, padding }: Convolution,
  [dt, dy, dx]: WeightPlace,
  { clip, t, y, x }: MapPlace,
): number {
  const frame = t * stride[0] + dt - padding[0];
  const row = y * stride[1] + dy - padding[1];
  const column = x * stride[2] + dx - padding[2];
  const outside = frame < 0 || frame >= frames || row < 0 || row >= SIDE || column < 0 || column >= SIDE;
  return outside ? 0 : pixels[((clip * frames + frame) * SIDE + row) * SIDE + column]! - MEAN;
}

/** Errors of a kernel's map for one clip, `[T, H, W]`. */
export function errorsOf(
  { gradients }: SlowStep,
  { outputs, result }: Convolution,
  kernel: number,
  clip: number,
): Float32Array {
  const size = elements(result);
  const start = (clip * outputs + kernel) * size;
  return gradients['error.conv1']!.subarray(start, start + size);
}

/** Cells whose error is not zero, in the order of time, row and column. */
export function placesOf(
  errors: Float32Array,
  { result: [, height, width] }: Convolution,
  clip: number,
): MapPlace[] {
  const places: MapPlace[] = [];
  for (let i = 0; i < errors.length; i++) {
    if (errors[i] === 0) continue;
    places.push({
      clip,
      t: Math.floor(i / (height * width)),
      y: Math.floor(i / width) % height,
      x: i % width,
    });
  }
  return places;
}

/** All products other than zero, over the clips of the step. */
export function productsOf(
  slow: SlowStep,
  layer: Convolution,
  kernel: number,
  weight: WeightPlace,
): Product[] {
  const [, height, width] = layer.result;
  return slow.clips.labels.flatMap((_, clip) => {
    const errors = errorsOf(slow, layer, kernel, clip);
    return placesOf(errors, layer, clip).flatMap((place) => {
      const pixel = pixelAt(slow, layer, weight, place);
      const error = errors[(place.t * height + place.y) * width + place.x]!;
      return pixel === 0 ? [] : [{ place, pixel, error }];
    });
  });
}

export const sumOf = (products: readonly Product[]): number =>
  products.reduce((sum, { pixel, error }) => sum + pixel * error, 0);

/** The box of a clip that a cell saw, `[D, H, W]`. */
export function boxAt(slow: SlowStep, layer: Convolution, place: MapPlace): Float32Array {
  const [depth, height, width] = layer.kernel;
  const box = new Float32Array(depth * height * width);
  for (let i = 0; i < box.length; i++) box[i] = pixelAt(slow, layer, weightPlace(i, layer), place);
  return box;
}

export function weightPlace(index: number, { kernel: [, height, width] }: Convolution): WeightPlace {
  return [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
}
