/** A picture of the data set: one row of frames per class with its name, read back from the files. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { PNG } from 'pngjs';
import { decodeJpeg, jpegSize } from '../decode/jpeg.js';
import { gestureLabels } from './labels.js';
import type { PlannedClip } from './plan.js';
import { frameHeight } from './scene/scene.js';

const columns = 8;
const frameWidth = 132;
const gap = 2;
/** Share of a clip that is skipped at either end, where little happens. */
const margin = 0.14;
const textWidth = 264;
const rowHeight = frameHeight + gap;

/** Draws the sheet of the data set in `out` as PNG: eight frames of the first training clip of each class. */
export async function drawContactSheet(out: string, clips: readonly PlannedClip[]): Promise<Buffer> {
  const sheet = drawLabels();
  for (const [row, label] of gestureLabels.entries()) {
    const clip = clips.find((c) => c.split === 'train' && c.request.label === label);
    if (clip) await drawRow(sheet, join(out, 'clips', clip.id), row);
  }
  return PNG.sync.write(sheet);
}

async function drawRow(sheet: PNG, folder: string, row: number): Promise<void> {
  const names = (await readdir(folder)).sort();
  for (let column = 0; column < columns; column++) {
    const name = names[Math.floor((margin + ((1 - 2 * margin) * (column + 0.5)) / columns) * names.length)]!;
    const left = textWidth + column * (frameWidth + gap);
    pasteMiddle(sheet, await readFile(join(folder, name)), left, row * rowHeight);
  }
}

/** Pastes the middle of a JPEG frame. */
function pasteMiddle(sheet: PNG, jpeg: Uint8Array, left: number, top: number): void {
  const { height, width } = jpegSize(jpeg, 'contact sheet');
  const pixels = new Uint8Array(height * width * 3);
  decodeJpeg(jpeg, pixels, 'contact sheet');
  const skip = (width - frameWidth) >> 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < frameWidth; x++) {
      const from = 3 * (y * width + x + skip);
      const to = 4 * ((top + y) * sheet.width + left + x);
      for (let c = 0; c < 3; c++) sheet.data[to + c] = pixels[from + c]!;
    }
  }
}

/** An empty sheet with the names of the classes at its left edge. */
function drawLabels(): PNG {
  const width = textWidth + columns * (frameWidth + gap);
  const height = gestureLabels.length * rowHeight;
  const texts = gestureLabels.map(
    (label, row) => `<text x="12" y="${row * rowHeight + frameHeight / 2 + 5}">${label}</text>`,
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    `<g font-family="Inter" font-size="16" fill="#222">${texts.join('')}</g></svg>`;
  const font = { fontFiles: [inter], loadSystemFonts: false, defaultFontFamily: 'Inter' };
  const sheet = new PNG({ width, height });
  sheet.data = new Resvg(svg, { font }).render().pixels;
  return sheet;
}

const inter = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
);
