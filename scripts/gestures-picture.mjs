// Makes the moving picture of README.md, docs/pictures/gestures.webp, from synthetic clips:
//
//     node scripts/gestures-picture.mjs [FOLDER]
//
// FOLDER is a data set of `kinora synth`; without it, a small one is rendered first (about a minute).
// Needs ffmpeg with libwebp. The same FOLDER and the same ffmpeg give the same file.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { run } from '../packages/torch/install/index.mjs';

const root = new URL('..', import.meta.url).pathname;
const out = join(root, 'docs', 'pictures', 'gestures.webp');

/** The gestures shown, row by row. The first two differ only in the order of their frames. */
const shown = [
  ...['Swiping Left', 'Swiping Right', 'Swiping Up', 'Thumb Up'],
  ...['Pushing Hand Away', 'Rolling Hand Forward', 'Stop Sign', 'Drumming Fingers'],
];
const columns = 4;
const cell = { width: 198, height: 150, gap: 4, caption: 24 }; // pixels; frames are 100 high, scaled by 1.5
const rate = 12; // frames a second, as rendered
const quality = 65; // libwebp: 0 to 100
const limit = 1.5e6; // bytes of the finished file

const inter = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
);

const scratch = mkdtempSync(join(tmpdir(), 'kinora-picture-'));
try {
  const clips = readClips(process.argv[2] ?? (await renderClips(join(scratch, 'clips'))));
  const length = Math.max(...clips.map(({ frames }) => frames.length));
  for (let t = 0; t < length; t++) {
    const name = `${String(t).padStart(4, '0')}.png`;
    writeFileSync(join(scratch, name), draw(clips, t / length));
  }
  await encode(scratch);
  const { size } = statSync(out);
  if (size > limit)
    throw new Error(`${out}: expected at most ${limit} bytes, received ${size}; lower quality`);
  console.log(`${out}: ${length} frames, ${Math.round(size / 1000)} kB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** @param {string} folder @returns {Promise<string>} */
async function renderClips(folder) {
  const few = ['--clips-per-class', '1', '--validation-per-class', '1', '--test-per-class', '1'];
  const program = join(root, 'packages', 'kinora', 'dist', 'cli', 'main.js');
  await checked(process.execPath, [program, 'synth', '--out', folder, '--people', '10', ...few]);
  return folder;
}

/**
 * The first training clip of each gesture shown.
 * @param {string} folder @returns {{ label: string, frames: Buffer[] }[]} frames as JPEG
 */
function readClips(folder) {
  const lines = readFileSync(join(folder, 'train.csv'), 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(';'));
  return shown.map((label) => {
    const id = rows.find((row) => row[1] === label)?.[0];
    if (id === undefined) throw new Error(`${folder}/train.csv: expected a clip of ${label}, found none`);
    const clip = join(folder, 'clips', id);
    const names = readdirSync(clip).sort();
    return { label, frames: names.map((name) => readFileSync(join(clip, name))) };
  });
}

/**
 * One picture of all clips at `time`, from 0 (first frame) to below 1 (last frame), as PNG.
 * @param {{ label: string, frames: Buffer[] }[]} clips @param {number} time
 */
function draw(clips, time) {
  const width = columns * (cell.width + cell.gap) - cell.gap;
  const rowHeight = cell.height + cell.caption;
  const height = Math.ceil(clips.length / columns) * rowHeight;
  const cells = clips.map(({ label, frames }, i) => {
    const x = (i % columns) * (cell.width + cell.gap);
    const y = Math.floor(i / columns) * rowHeight;
    const jpeg = /** @type {Buffer} */ (frames[Math.floor(time * frames.length)]).toString('base64');
    return (
      `<svg x="${x}" y="${y}" width="${cell.width}" height="${cell.height}">` +
      `<image width="100%" height="100%" preserveAspectRatio="xMidYMid slice" href="data:image/jpeg;base64,${jpeg}"/></svg>` +
      `<text x="${x + cell.width / 2}" y="${y + cell.height + 16}">${label}</text>`
    );
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    `<g font-family="Inter" font-size="12" fill="#222" text-anchor="middle">${cells.join('')}</g></svg>`;
  const font = { fontFiles: [inter], loadSystemFonts: false, defaultFontFamily: 'Inter' };
  return new Resvg(svg, { font }).render().asPng();
}

/** @param {string} folder of 0000.png, 0001.png, ... */
async function encode(folder) {
  const input = ['-framerate', String(rate), '-i', join(folder, '%04d.png')];
  const webp = ['-c:v', 'libwebp_anim', '-quality', String(quality), '-compression_level', '6', '-loop', '0'];
  await checked('ffmpeg', ['-y', '-loglevel', 'error', ...input, ...webp, out]);
}

/** @param {string} command @param {string[]} args */
async function checked(command, args) {
  const { code, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${command} ended with exit status ${code}: ${stderr}`);
}
