/** Grids of numbers `[T, H, W]`, float32; a picture is a volume of one frame. Pure functions, no canvas. */

export type Size3 = readonly [t: number, h: number, w: number];

export interface Volume {
  readonly values: Float32Array;
  readonly size: Size3;
}

export const cellCount = ([t, h, w]: Size3): number => t * h * w;

export function volume(size: Size3, value: (t: number, y: number, x: number) => number): Volume {
  const [frames, height, width] = size;
  const values = new Float32Array(cellCount(size));
  let i = 0;
  for (let t = 0; t < frames; t++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) values[i++] = value(t, y, x);
  return { values, size };
}

/** The value of a cell; 0 outside, as zero padding has it. */
export function at(
  { values, size: [frames, height, width] }: Volume,
  t: number,
  y: number,
  x: number,
): number {
  if (t < 0 || t >= frames || y < 0 || y >= height || x < 0 || x >= width) return 0;
  return values[(t * height + y) * width + x]!;
}

/** Frame `t` as a volume of one frame that shares the memory. */
export function frameOf({ values, size: [, height, width] }: Volume, t: number): Volume {
  return { values: values.subarray(t * height * width, (t + 1) * height * width), size: [1, height, width] };
}

/** The mean over blocks of `factor` x `factor`; what is left over at the right and bottom edge is dropped. */
export function shrink(source: Volume, factor: number): Volume {
  const [frames, height, width] = source.size;
  const size: Size3 = [frames, Math.floor(height / factor), Math.floor(width / factor)];
  return volume(size, (t, y, x) => {
    let sum = 0;
    for (let dy = 0; dy < factor; dy++)
      for (let dx = 0; dx < factor; dx++) sum += at(source, t, y * factor + dy, x * factor + dx);
    return sum / (factor * factor);
  });
}

/** Largest absolute value; 0 of nothing. */
export function reach({ values }: Volume): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
