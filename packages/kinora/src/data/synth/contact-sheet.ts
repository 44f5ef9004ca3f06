/** A picture of the data set: one row of frames per class with its name, read back from the files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toPng } from '../../figures/png.js';
import { FONT } from '../../figures/theme.js';
import { jpegSize } from '../decode/jpeg.js';
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
  const rows = gestureLabels.map(async (label, row) => {
    const clip = clips.find((c) => c.split === 'train' && c.request.label === label);
    const frames = clip === undefined ? '' : await frameRow(join(out, 'clips', clip.id), row * rowHeight);
    return `<text x="12" y="${row * rowHeight + frameHeight / 2 + 5}">${label}</text>${frames}`;
  });
  const size = `width="${textWidth + columns * (frameWidth + gap)}" height="${gestureLabels.length * rowHeight}"`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="100%" height="100%" fill="#fff"/>` +
    `<g font-family="${FONT}" font-size="16" fill="#222">${(await Promise.all(rows)).join('')}</g></svg>`;
  return toPng(svg, 1);
}

async function frameRow(folder: string, top: number): Promise<string> {
  const names = (await readdir(folder)).sort();
  const frames = Array.from({ length: columns }, async (_, column) => {
    const name = names[Math.floor((margin + ((1 - 2 * margin) * (column + 0.5)) / columns) * names.length)]!;
    return middle(await readFile(join(folder, name)), textWidth + column * (frameWidth + gap), top);
  });
  return (await Promise.all(frames)).join('');
}

/** The middle of a JPEG frame, enlarged where the set is smaller than Jester. */
function middle(jpeg: Buffer, left: number, top: number): string {
  const { height, width } = jpegSize(jpeg, 'contact sheet');
  const box = `x="${left}" y="${top}" width="${frameWidth}" height="${frameHeight}"`;
  const shown = Math.round((frameWidth * height) / frameHeight);
  return (
    `<svg ${box} viewBox="${(width - shown) >> 1} 0 ${shown} ${height}">` +
    `<image width="${width}" height="${height}" href="data:image/jpeg;base64,${jpeg.toString('base64')}"/></svg>`
  );
}
