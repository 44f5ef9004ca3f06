/** The pixels of a bitmap at its own size, RGB: a canvas copies them here and never scales them. */
import { KinoraError } from './error.js';
import type { Frames } from './types.js';

/** A reader that keeps its canvas. Its frames are valid until it is called again. */
export function bitmapReader(): (bitmap: ImageBitmap) => Frames {
  let context: OffscreenCanvasRenderingContext2D | undefined;
  let rgb = new Uint8Array();
  return (bitmap) => {
    const { width, height } = bitmap;
    context ??= openCanvas(width, height);
    if (context.canvas.width !== width || context.canvas.height !== height)
      Object.assign(context.canvas, { width, height });
    context.drawImage(bitmap, 0, 0);
    if (rgb.length !== width * height * 3) rgb = new Uint8Array(width * height * 3);
    dropAlpha(context.getImageData(0, 0, width, height).data, rgb);
    return { data: rgb, count: 1, height, width };
  };
}

function openCanvas(width: number, height: number): OffscreenCanvasRenderingContext2D {
  // Read back every time: a canvas in the graphics card's memory would be slower.
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
    alpha: false,
  });
  if (context !== null) return context;
  throw new KinoraError({ code: 'recognizer/canvas', expected: 'a canvas in a worker', received: 'none' });
}

function dropAlpha(rgba: Uint8ClampedArray, rgb: Uint8Array): void {
  for (let read = 0, write = 0; write < rgb.length; read += 4, write += 3) {
    rgb[write] = rgba[read]!;
    rgb[write + 1] = rgba[read + 1]!;
    rgb[write + 2] = rgba[read + 2]!;
  }
}
