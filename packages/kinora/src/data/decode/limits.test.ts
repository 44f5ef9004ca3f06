/** Clips whose headers promise more than memory holds. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec, specLimits } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { effectiveConfig } from '../../config/load.js';
import { readClip } from '../load/clip-reader.js';
import { temporaryFolder, writeTestClip } from './fixtures.test.util.js';
import { checkClipSize, checkVideoFrame, LARGEST_CLIP } from './limits.js';
import { openVideo } from './video.js';
import { ffmpegDecoder } from './video-ffmpeg.js';
import { libavDecoder } from './video-libav.js';

const word = (value: number): Buffer => Buffer.from([value & 255, value >> 8]);

/** A GIF of four frames of one pixel on a canvas of this size: some 150 bytes. */
function gif(width: number, height: number): Buffer {
  const frame = [Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0]), word(1), word(1)];
  const pixel = Buffer.from([0, 2, 2, 0x44, 1, 0]);
  const head = [
    Buffer.from('GIF89a'),
    word(width),
    word(height),
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
  ];
  const frames = Array.from({ length: 4 }, () => Buffer.concat([...frame, pixel]));
  return Buffer.concat([...head, ...frames, Buffer.from([0x3b])]);
}

describe.each([
  ['node-av', await libavDecoder()],
  ['ffmpeg', await ffmpegDecoder()],
])('%s', (_, decoder) => {
  test.skipIf(decoder === undefined)(
    'a GIF of 64 million pixels is refused before it is decoded',
    async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'large.gif');
      writeFileSync(path, gif(8000, 8000));
      await expect(openVideo(path, decoder)).rejects.toThrow(
        `${path}: expected frames of at most 33554432 pixels, received frames of 8000 x 8000; scale the video down`,
      );
    },
  );

  test.skipIf(decoder === undefined)('frames that are too many together are refused', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'many.gif');
    writeFileSync(path, gif(4000, 4000));
    const source = await openVideo(path, decoder);
    expect((await source.read([0])).width).toBe(4000);
    await expect(source.read(Array(60).fill(0))).rejects.toMatchObject({
      code: 'clip/too-large',
      message: expect.stringContaining(
        'received 60 frames of 4000 x 4000; scale the frames down, or sample fewer',
      ),
    });
  });
});

test('the limits hold 8K and 85 frames of 4K', () => {
  expect(() => checkVideoFrame('a', { height: 4320, width: 7680 })).not.toThrow();
  expect(() => checkClipSize('a', 85, { height: 2160, width: 3840 })).not.toThrow();
  expect(() => checkClipSize('a', 87, { height: 2160, width: 3840 })).toThrow(
    `at most ${LARGEST_CLIP} bytes`,
  );
});

test('a resize beyond memory is refused, naming the clip', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'clip');
  writeTestClip(path, 1, 1, 400);
  const spec = { ...defaultSpec(), frames: 18, resize: { rule: 'height', height: 8192 } as const };
  await expect(readClip({ path }, spec)).rejects.toThrow(
    `${path}: expected at most ${LARGEST_CLIP} bytes of frames in a clip, received 18 frames of 3276800 x 8192`,
  );
});

test.each([
  [{ frames: 1024, clips: 256 }, 'crop', 'clips of at most'],
  [{ crop: { height: 8192, width: 8192 } }, 'crop', 'clips of at most'],
  [
    { frames: 64, crop: 512, batchSize: 128 },
    'batchSize',
    'batches of at most 4294967295 numbers, received 6442450944',
  ],
])('a configuration with %j is refused', (change, key, message) => {
  const config = () => effectiveConfig({ model: 'ConvColumnSmall', trainFolder: 'a', ...change }, 'x.json');
  expect(config).toThrow(`x.json, ${key}: expected ${message}`);
  expect(specLimits.numbers[1]).toBe(2 ** 26);
});
