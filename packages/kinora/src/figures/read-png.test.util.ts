/** Reads the pixels of a PNG by a decoder that did not write it: resvg's, which draws it as a picture. */
import { Resvg } from '@resvg/resvg-js';

/** RGBA `[height, width, 4]`. Exact for opaque pictures. */
export function readPng(png: Buffer): { data: Buffer; height: number; width: number } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const size = `width="${width}" height="${height}"`;
  const image = `<image ${size} href="data:image/png;base64,${png.toString('base64')}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${image}</svg>`;
  return { data: new Resvg(svg, { font: { loadSystemFonts: false } }).render().pixels, height, width };
}
