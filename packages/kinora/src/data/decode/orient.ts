/**
 * Cameras store upright clips as rotated pictures plus a display matrix. This file rotates the pictures. Only right
 * angles and mirrors occur in practice; any other matrix is treated as the nearest of them.
 */
import type { Size } from '@kinora/clip';

/** `x' = a x + c y`, `y' = b x + d y` up to a shift; each of -1, 0 and 1. */
export interface Orientation {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const upright: Orientation = { a: 1, b: 0, c: 0, d: 1 };

/** Reads FFmpeg's display matrix: nine int32, row by row, 16.16 fixed point in the first two columns. */
export function readDisplayMatrix(bytes: Uint8Array | null): Orientation {
  if (bytes === null || bytes.byteLength < 36) return upright;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (a === 0 && b === 0 && c === 0 && d === 0) return upright;
  const straight = Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c);
  return straight
    ? { a: Math.sign(a) || 1, b: 0, c: 0, d: Math.sign(d) || 1 }
    : { a: 0, b: Math.sign(b) || 1, c: Math.sign(c) || 1, d: 0 };
}

/** The size after rotation. */
export function orientedSize({ height, width }: Size, { a }: Orientation): Size {
  return a === 0 ? { height: width, width: height } : { height, width };
}

/**
 * Copies a picture of `size`, whose rows are `rowBytes` apart, rotated, into `out`, `[H', W', 3]` contiguous.
 */
export function copyOriented(
  picture: Uint8Array,
  rowBytes: number,
  size: Size,
  turn: Orientation,
  out: Uint8Array,
): void {
  const { height, width } = size;
  if (turn.a === 1 && turn.d === 1) {
    for (let y = 0; y < height; y++) {
      out.set(picture.subarray(y * rowBytes, y * rowBytes + width * 3), y * width * 3);
    }
    return;
  }
  const outWidth = orientedSize(size, turn).width;
  const stepX = (turn.a + turn.b * outWidth) * 3;
  const stepY = (turn.c + turn.d * outWidth) * 3;
  const start = (stepX < 0 ? -stepX * (width - 1) : 0) + (stepY < 0 ? -stepY * (height - 1) : 0);
  for (let y = 0; y < height; y++) {
    for (
      let x = 0, read = y * rowBytes, write = start + y * stepY;
      x < width;
      x++, read += 3, write += stepX
    ) {
      out[write] = picture[read]!;
      out[write + 1] = picture[read + 1]!;
      out[write + 2] = picture[read + 2]!;
    }
  }
}
