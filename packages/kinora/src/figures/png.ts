/** SVG to PNG by resvg, with a font that comes along, so that pictures look the same on every machine. */
import { fileURLToPath } from 'node:url';
import { type RenderedImage, Resvg } from '@resvg/resvg-js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { FONT } from './theme.js';

const WEIGHTS = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'];

/** Characters that Inter has; labels in other scripts need the fonts of the system. */
const COVERED = /^[\t\n\x20-\u04ff\u1e00-\u1eff\u2000-\u206f\u2190-\u21ff]*$/;

/** PNG bytes at twice the size that the SVG states, for sharp text. */
export function toPng(svg: string): Buffer {
  return render(svg).asPng();
}

/** JPEG of the same pixels, for pictures that are photographs for the most part. */
export function toJpeg(svg: string, quality = 88): Uint8Array {
  const { pixels, width, height } = render(svg);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0, p = 0; p < rgb.length; i += 4, p += 3) rgb.set(pixels.subarray(i, i + 3), p);
  return encodeJpeg(rgb, { height, width }, quality);
}

function render(svg: string): RenderedImage {
  const fontFiles = WEIGHTS.map((file) =>
    fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)),
  );
  const font = { fontFiles, loadSystemFonts: !COVERED.test(svg), defaultFontFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 } }).render();
}
