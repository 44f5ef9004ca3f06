/** The order in which a kernel visits its output: along x, then y, then t. */
import type { Size3 } from '../arithmetic/volume.js';

export function placeAt(index: number, [, height, width]: Size3): Size3 {
  return [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
}

export const indexOf = ([t, y, x]: Size3, [, height, width]: Size3): number => (t * height + y) * width + x;
