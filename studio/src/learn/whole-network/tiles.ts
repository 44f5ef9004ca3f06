/** All channels of a layer at one moment, side by side in one image; and back from a point of it to channel and cell. */

import { type Scale, signedImage } from '../../design/paint.js';
import type { Volume } from '../arithmetic/volume.js';
import type { Maps, Place } from './cell.js';

export interface Tiling {
  readonly columns: number;
  readonly rows: number;
  /** Of one tile, with its gap. */
  readonly height: number;
  readonly width: number;
}

const GAP = 1;

export function tilingOf(
  { shape: [channels = 1, , height = 1, width = 1] }: Pick<Maps, 'shape'>,
  columns: number,
): Tiling {
  const used = Math.min(columns, channels);
  return { columns: used, rows: Math.ceil(channels / used), height: height + GAP, width: width + GAP };
}

/** @param most the value that has the full colour, per channel where it is a list */
export function tiledImage(maps: Maps, t: number, tiling: Tiling, most: number, scale: Scale): ImageData {
  const image = new ImageData(tiling.columns * tiling.width - GAP, tiling.rows * tiling.height - GAP);
  const [channels = 1, frames = 1, height = 1, width = 1] = maps.shape;
  for (let c = 0; c < Math.min(channels, tiling.columns * tiling.rows); c++) {
    const start = (c * frames + t) * height * width;
    const frame: Volume = {
      values: maps.values.subarray(start, start + height * width),
      size: [1, height, width],
    };
    const tile = signedImage(frame, most, scale);
    const left = (c % tiling.columns) * tiling.width;
    const top = Math.floor(c / tiling.columns) * tiling.height;
    for (let y = 0; y < height; y++)
      image.data.set(
        tile.data.subarray(y * width * 4, (y + 1) * width * 4),
        ((top + y) * image.width + left) * 4,
      );
  }
  return image;
}

/** Undefined in a gap or beyond the last channel. `x` and `y` in pixels of the image. */
export function placeIn(maps: Maps, tiling: Tiling, t: number, y: number, x: number): Place | undefined {
  const [channels = 1, , height = 1, width = 1] = maps.shape;
  const channel = Math.floor(y / tiling.height) * tiling.columns + Math.floor(x / tiling.width);
  const [row, column] = [y % tiling.height, x % tiling.width];
  if (channel >= channels || row >= height || column >= width) return undefined;
  return { channel, at: [t, row, column] };
}
