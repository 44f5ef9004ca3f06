/** SVG to PNG by resvg, with a bundled font, so that pictures look the same on every machine. */
import { fileURLToPath } from 'node:url';
import { type RenderedImage, Resvg } from '@resvg/resvg-js';
import { FONT } from './theme.js';

const WEIGHTS = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'];

/** Characters in Inter; labels in other scripts need system fonts. */
const COVERED = /^[\t\n\x20-\u04ff\u1e00-\u1eff\u2000-\u206f\u2190-\u21ff]*$/;

/** PNG bytes at twice the size that the SVG states, for sharp text, or at another multiple of it. */
export function toPng(svg: string, zoom = 2): Buffer {
  return render(svg, zoom).asPng();
}

/** The pixels at twice the size, RGB `[height, width, 3]`, to encode pictures of photographs as JPEG. */
export function toPixels(svg: string): { data: Uint8Array; height: number; width: number } {
  const { pixels, width, height } = render(svg, 2);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, p = 0; p < data.length; i += 4, p += 3) data.set(pixels.subarray(i, i + 3), p);
  return { data, height, width };
}

function render(svg: string, zoom: number): RenderedImage {
  const fontFiles = WEIGHTS.map((file) =>
    fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)),
  );
  const font = { fontFiles, loadSystemFonts: !COVERED.test(svg), defaultFontFamily: FONT };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom } }).render();
}
