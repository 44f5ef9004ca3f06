/** Heat maps over the space and time of a clip, coarser than its pixels, and their colours. */
import type { Scale } from '../design/paint.js';

/** `[T, H, W]`, row-major. */
export interface Heat {
  readonly size: readonly [number, number, number];
  readonly values: Float32Array;
}

/** The picture at frame `t` of `frames`, interpolated in time: warm for the label, cold against it. */
export function heatImage(heat: Heat, t: number, frames: number, { positive, negative }: Scale): ImageData {
  const [, height, width] = heat.size;
  const most = heat.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    const share = valueAt(heat, i, t, frames) / most;
    image.data.set(share < 0 ? negative : positive, i * 4);
    image.data[i * 4 + 3] = 230 * Math.abs(share) ** 0.8;
  }
  return image;
}

/** Each time step is in the middle of the frames that it covers. */
function valueAt(
  { size: [moments, height, width], values }: Heat,
  cell: number,
  t: number,
  frames: number,
): number {
  const at = Math.max(0, Math.min(moments - 1, ((t + 0.5) * moments) / frames - 0.5));
  const [before, share] = [Math.floor(at), at % 1];
  const after = Math.min(moments - 1, before + 1);
  const plane = height * width;
  return values[before * plane + cell]! * (1 - share) + values[after * plane + cell]! * share;
}
