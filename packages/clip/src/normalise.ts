/**
 * From pixels to the network's numbers: `(pixel / 255 - mean) / std`, float32, channels first.
 * Every step is rounded to float32, so that the result is bit-identical to that of the engine's operators.
 */

/** The float32 value of each of the 256 pixel values of one channel. */
export function normaliseTable(mean: number, std: number): Float32Array {
  const m = Math.fround(mean);
  const s = Math.fround(std);
  return Float32Array.from({ length: 256 }, (_, pixel) =>
    Math.fround(Math.fround(Math.fround(pixel / 255) - m) / s),
  );
}

/**
 * Turns uint8 `[T, H, W, 3]` into float32 `[3, T, H, W]`.
 * `mean` and `std` are per RGB channel on the scale [0, 1].
 */
export function normaliseClip(
  clip: Uint8Array,
  mean: readonly number[],
  std: readonly number[],
  out: Float32Array = new Float32Array(clip.length),
): Float32Array {
  const plane = clip.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    const table = normaliseTable(mean[channel]!, std[channel]!);
    const offset = channel * plane;
    for (let i = 0, p = channel; i < plane; i++, p += 3) out[offset + i] = table[clip[p]!]!;
  }
  return out;
}
