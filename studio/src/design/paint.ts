/** Numbers to pixels: RGB frames, grey values, and signed values on a scale whose zero is the colour of the page. */
import type { Volume } from '../learn/arithmetic/volume.js';
import type { Rgb } from '../theme.svelte.js';

export interface Scale {
  readonly paper: Rgb;
  readonly positive: Rgb;
  readonly negative: Rgb;
}

/** `[H, W, 3]` uint8 at `offset`. */
export function rgbImage(data: Uint8Array, offset: number, height: number, width: number): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0, p = offset; i < image.data.length; i += 4, p += 3) {
    image.data[i] = data[p]!;
    image.data[i + 1] = data[p + 1]!;
    image.data[i + 2] = data[p + 2]!;
    image.data[i + 3] = 255;
  }
  return image;
}

/** As a data URL that an SVG can show. */
export function imageAddress(image: ImageData): string {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** The first frame of a volume; [0, 1] is black to white. */
export function greyImage({ values, size: [, height, width] }: Volume): ImageData {
  return image(height, width, (i) => {
    const level = values[i]! * 255;
    return [level, level, level];
  });
}

/** The first frame of a volume; `-most` is the negative colour, 0 paper, `most` the positive one. */
export function signedImage(
  { values, size: [, height, width] }: Volume,
  most: number,
  scale: Scale,
): ImageData {
  return image(height, width, (i) => signedColour(values[i]! / (most || 1), scale));
}

/** @param share clamped to [-1, 1] */
export function signedColour(share: number, { paper, positive, negative }: Scale): Rgb {
  const full = share < 0 ? negative : positive;
  const part = Math.min(1, Math.abs(share)) ** 0.8; // makes small values visible: most of them are small
  const mix = (i: 0 | 1 | 2): number => paper[i] + (full[i] - paper[i]) * part;
  return [mix(0), mix(1), mix(2)];
}

function image(height: number, width: number, colour: (index: number) => Rgb): ImageData {
  const made = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    const [r, g, b] = colour(i);
    made.data[i * 4] = r;
    made.data[i * 4 + 1] = g;
    made.data[i * 4 + 2] = b;
    made.data[i * 4 + 3] = 255;
  }
  return made;
}

export const cssColour = ([r, g, b]: Rgb): string => `rgb(${r | 0} ${g | 0} ${b | 0})`;

/** Black or white, whichever is easier to read on a colour (WCAG's contrast; at least 4.5 to 1 on any). */
export function inkOn(colour: Rgb): string {
  const [r, g, b] = colour.map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}
