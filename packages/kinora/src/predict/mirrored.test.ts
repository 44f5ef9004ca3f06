/** Clips that show people the other way round than the network's data set: it sees them mirrored, its optical flow as well. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec, type Frames, mirrorFrames } from '@kinora/clip';
import { manualSeed } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../data/decode/fixtures.test.util.js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { openClip } from '../data/open.js';
import { findNetwork } from '../model/registry.js';
import { type Prediction, predictClip } from './predict.js';

const BLOCK = 16;
const [FRAMES, ROWS, COLUMNS] = [16, 6, 9];

const folder = temporaryFolder();
const clip = join(folder.path, 'clip');
const twin = join(folder.path, 'twin');

/**
 * A bright block on its way from left to right, and the same clip mirrored. Blocks of one colour survive JPEG in the same way
 * wherever they lie, so that the frames of one folder are those of the other, mirrored.
 */
function writeFrames(path: string, mirror: boolean): void {
  mkdirSync(path);
  const [height, width] = [ROWS * BLOCK, COLUMNS * BLOCK];
  for (let t = 0; t < FRAMES; t++) {
    const data = new Uint8Array(height * width * 3);
    for (let p = 0; p < height * width; p++) {
      const [row, column] = [Math.floor(p / width / BLOCK), Math.floor((p % width) / BLOCK)];
      data.fill(row === 2 && column === t % COLUMNS ? 240 : 20 + 5 * row, 3 * p, 3 * p + 3);
    }
    if (mirror) mirrorFrames({ data, count: 1, height, width });
    writeFileSync(join(path, `${String(t + 1).padStart(5, '0')}.jpg`), encodeJpeg(data, { height, width }));
  }
}

beforeAll(() => {
  writeFrames(clip, false);
  writeFrames(twin, true);
});
afterAll(() => folder[Symbol.dispose]());

const framesOf = async (path: string): Promise<Frames> => (await openClip(path)).read([0, 5, FRAMES - 1]);

test('the two clips are each other mirrored', async () => {
  const [frames, other] = [await framesOf(clip), await framesOf(twin)];
  expect(other.data).not.toEqual(frames.data);
  mirrorFrames(other);
  expect(other.data).toEqual(frames.data);
});

test.each(['ConvColumnSmall', 'TwoStreamSmall'])(
  '%s sees a clip mirrored where its people are shown otherwise',
  async (name) => {
    manualSeed(5);
    const labels = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
    const size = { frames: FRAMES, stride: 1, crop: { height: 56, width: 56 } };
    const network = findNetwork(name).build(labels.length, [FRAMES, 56, 56]);
    network.eval();
    const spec = { ...defaultSpec(labels), ...size };
    const answer = (path: string, mirrored: boolean, asked?: boolean): Promise<Prediction[]> =>
      predictClip(
        { network, spec: { ...spec, mirrored } },
        { path, ...(asked !== undefined && { mirrored: asked }) },
      );
    const [plain, turned] = [await answer(clip, false), await answer(twin, false)];
    expect(turned, 'the network tells the two apart').not.toEqual(plain);
    for (const mirrored of [false, true]) {
      expect(await answer(clip, mirrored), 'by default, a clip is like those of the data set').toEqual(plain);
      expect(await answer(clip, mirrored, mirrored), 'the same way round').toEqual(plain);
      expect(await answer(clip, mirrored, !mirrored), 'the other way round').toEqual(turned);
    }
    const views = { clips: 2, crops: 3 };
    const model = { network, spec };
    const averaged = await predictClip(model, { path: clip, mirrored: true }, 'cpu', views);
    expect(averaged, 'with views').toEqual(await predictClip(model, twin, 'cpu', views));
    network.dispose();
  },
);
