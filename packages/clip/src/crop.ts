/**
 * The centred crop, to the pixel as torchvision's `CenterCrop` (0.14): where it starts, not the copying.
 * Runs in browsers too.
 */

/**
 * The first pixel of a centred window of `crop` pixels in a side of `size` pixels. Negative where the side
 * is shorter than the window: that many zeros come first.
 */
export function cropStart(size: number, crop: number): number {
  return crop > size ? -Math.floor((crop - size) / 2) : roundHalfToEven((size - crop) / 2);
}

/** Python's `round`, which torchvision uses: halves go to the even neighbour. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
