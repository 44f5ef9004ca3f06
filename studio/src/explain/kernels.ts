/** The kernels of the first convolution, found by their shape. */
import type { LayerMaps } from '@kinora/recognizer';
import { type Volume, volume } from '../learn/arithmetic/volume.js';

/**
 * Of the first convolution's weights, `[K, C, T, H, W]` or (2D) `[K, C, H, W]`: each kernel `[T, H, W]`, the mean over C.
 * Empty where the network has none.
 */
export function firstKernels(weights: ReadonlyMap<string, LayerMaps>): Volume[] {
  const found = [...weights.values()].find(({ shape }) => shape.length >= 4);
  if (found === undefined) return [];
  const [count, channels, ...size] = found.shape as [number, number, ...number[]];
  const [height, width, frames = 1] = [size.at(-2)!, size.at(-1)!, size.at(-3)];
  const cells = frames * height * width;
  return Array.from({ length: count }, (_, k) =>
    volume([frames, height, width], (t, y, x) => {
      const cell = (t * height + y) * width + x;
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += found.data[(k * channels + c) * cells + cell]!;
      return sum / channels;
    }),
  );
}
