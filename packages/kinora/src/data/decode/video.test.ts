/** Real video files of many codecs, against the counts ffprobe gives and the colours ffmpeg gives. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameAt } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { openClip } from '../open.js';
import { realData, temporaryFolder } from './fixtures.test.util.js';
import { copyOriented, readDisplayMatrix } from './orient.js';
import type { ClipSource } from './source.js';
import { openVideo } from './video.js';
import { ffmpegDecoder } from './video-ffmpeg.js';
import { libavDecoder } from './video-libav.js';

/** Name, frames, width and height when upright. */
const SAMPLES = [
  ['nasa_13013.mp4', 325, 320, 180],
  ['nasa_13013_rotated.mp4', 17, 270, 480],
  ['av1_video.mkv', 125, 640, 360],
  ['h265_video.mp4', 10, 128, 128],
  ['h264_10bits.mp4', 30, 200, 200],
  ['testsrc2_odd_height_and_width_vp9.mp4', 25, 321, 241],
  ['testsrc2_odd_height_and_width_mpeg2.mp4', 10, 121, 81],
  ['testsrc2_mpeg4.avi', 30, 1280, 720],
  ['testsrc2_vp8.webm', 30, 1280, 720],
  ['test_non_zero_start.mp4', 12, 200, 112],
  ['discard_first_keyframe.mp4', 25, 64, 64],
  ['unordered.mov', 4, 50, 50],
  ['video_0.mov', 3, 568, 320],
  ['video_90.mov', 3, 320, 568],
  ['video_180.mov', 3, 568, 320],
  ['video_270.mov', 3, 320, 568],
  ['animated.gif', 4, 64, 48],
  ['testsrc2_mpeg4.mp4', 1, 64, 64],
] as const;

/** Newer FFmpeg places the chroma samples of these two elsewhere than Debian's 5.1 does. */
const OTHER_CHROMA = new Set(['h264_10bits.mp4', 'testsrc2_odd_height_and_width_mpeg2.mp4']);

const data = realData('video-samples');
const libav = await libavDecoder();
const ffmpeg = await ffmpegDecoder();
const absent = !data ? 'the samples are absent' : !libav ? 'node-av is absent' : 'ffmpeg is absent';

describe.skipIf(!data || !libav)(
  `node-av on real files${!data || !libav ? ` (skipped: ${absent})` : ''}`,
  () => {
    test.each(SAMPLES)(
      '%s has %d frames of %d x %d, all of which decode',
      async (name, count, width, height) => {
        const source = await openVideo(join(data!, name), libav);
        expect(source.count).toBe(count);
        expect(source.times![0]).toBe(0);
        await source.verify();
        const few = count * width * height < 2e7;
        const positions = Array.from({ length: few ? count : 1 }, (_, i) => (few ? i : count - 1));
        const frames = await source.read(positions);
        expect([frames.count, frames.width, frames.height]).toEqual([positions.length, width, height]);
      },
    );

    test.each(SAMPLES.filter(() => ffmpeg))(
      '%s has the colours that the program ffmpeg gives',
      async (name, count) => {
        const source = await openVideo(join(data!, name), libav);
        const position = count >> 1;
        const ours = (await source.read([position])).data;
        const theirs = ffmpegFrame(join(data!, name), position);
        expect(theirs.length).toBe(ours.length);
        const mean = ours.reduce((sum, v, i) => sum + Math.abs(v - theirs[i]!), 0) / ours.length;
        expect(mean).toBeLessThan(OTHER_CHROMA.has(name) ? 4 : 0.5);
      },
    );

    test('frame times follow the stamps', async () => {
      const source = await openVideo(join(data!, 'nasa_13013.mp4'), libav);
      expect(source.times![1]).toBeCloseTo(1 / 25, 6);
      expect(source.times![324]).toBeCloseTo(324 / 25, 6);
    });

    test('positions come back in their places, repeats included', async () => {
      const source = await openVideo(join(data!, 'animated.gif'), libav);
      const all = await source.read([0, 1, 2, 3]);
      const some = await source.read([1, 3, 3]);
      expect(frameAt(some, 0)).toEqual(frameAt(all, 1));
      expect(frameAt(some, 2)).toEqual(frameAt(all, 3));
    });

    test.each([
      ['nasa_13013.mp4', 210],
      ['av1_video.mkv', 100],
      ['testsrc2_vp8.webm', 29],
      ['discard_first_keyframe.mp4', 24],
      ['test_non_zero_start.mp4', 11],
    ])('%s: jumping to frame %d gives what decoding up to it gives', async (name, position) => {
      const source = await openVideo(join(data!, name), libav);
      const walked = await source.read([0, position]);
      const jumped = await source.read([position, source.count - 1]);
      expect(Buffer.compare(frameAt(jumped, 0), frameAt(walked, 1))).toBe(0);
    });

    test('a corrupted file is one clear line', async () => {
      const path = join(data!, 'corrupted.mp4');
      const line = /corrupted\.mp4: expected a complete video file, received .*Invalid data/;
      await expect(readLast(openClip(path))).rejects.toThrow(line);
      const source = await openClip(path);
      await expect(source.read([0]), 'its first frame is whole').resolves.toBeDefined();
      await expect(source.verify()).rejects.toThrow(line);
    });

    test('a file cut short: an index at its end is gone, a stream breaks off', async () => {
      using folder = temporaryFolder();
      const cut = (name: string, part: number): string => {
        const path = join(folder.path, name);
        copyFileSync(join(data!, name), path);
        truncateSync(path, Math.floor(readFileSync(path).length * part));
        return path;
      };
      const path = cut('testsrc2_vp8.webm', 0.5);
      const source = await openVideo(path, libav);
      expect(source.count).toBeLessThan(30);
      const mp4 = cut('nasa_13013.mp4', 0.5);
      await expect(readLast(openVideo(mp4, libav))).rejects.toThrow('expected a complete video file');
    });
  },
);

describe.skipIf(!data || !ffmpeg)('the program ffmpeg, where node-av is absent', () => {
  test.each(SAMPLES.filter(([, count, width, height]) => count * width * height < 4e6))(
    '%s: %d frames, %d x %d',
    async (name, count, width, height) => {
      const source = await openVideo(join(data!, name), ffmpeg);
      expect(source.count).toBe(count);
      const frames = await source.read([0, count - 1]);
      expect([frames.width, frames.height]).toEqual([width, height]);
      if (!libav || OTHER_CHROMA.has(name)) return;
      const other = (await (await openVideo(join(data!, name), libav)).read([0, count - 1])).data;
      expect(Buffer.compare(frames.data, other)).toBe(0);
    },
  );

  test('a corrupted file is one clear line', async () => {
    const source = openVideo(join(data!, 'corrupted.mp4'), ffmpeg);
    await expect(readLast(source)).rejects.toThrow(
      /corrupted\.mp4: expected a complete video file, received [^\n]+$/,
    );
  });
});

test.skipIf(!libav && !ffmpeg)('empty files and text are refused', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'empty.mp4'), '');
  writeFileSync(join(folder.path, 'text.mp4'), 'I am no video at all.\n'.repeat(100));
  await expect(openClip(join(folder.path, 'empty.mp4'))).rejects.toThrow('received an empty file');
  await expect(openClip(join(folder.path, 'text.mp4'))).rejects.toThrow(
    /text\.mp4: expected a complete video file/,
  );
});

describe('display matrices', () => {
  const matrix = (...entries: number[]): Uint8Array =>
    new Uint8Array(Int32Array.from(entries, (v) => v * 65536).buffer);
  const picture = [1, 2, 3, 4, 5, 6].flatMap((v) => [v, v, v]);
  const turned = (...entries: number[]): number[] => {
    const out = new Uint8Array(18);
    const turn = readDisplayMatrix(matrix(...entries));
    copyOriented(Uint8Array.from(picture), 9, { height: 2, width: 3 }, turn, out);
    return [...out].filter((_, i) => i % 3 === 0);
  };

  // 1 2 3
  // 4 5 6
  test.each([
    ['upright', [1, 0, 0, 0, 1, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6]],
    ['half a turn', [-1, 0, 0, 0, -1, 0, 0, 0, 0], [6, 5, 4, 3, 2, 1]],
    ['a quarter clockwise', [0, 1, 0, -1, 0, 0, 0, 0, 0], [4, 1, 5, 2, 6, 3]],
    ['a quarter counterclockwise', [0, -1, 0, 1, 0, 0, 0, 0, 0], [3, 6, 2, 5, 1, 4]],
    ['mirrored', [-1, 0, 0, 0, 1, 0, 0, 0, 0], [3, 2, 1, 6, 5, 4]],
  ])('%s', (_, entries, expected) => {
    expect(turned(...entries)).toEqual(expected);
  });
});

/** Decodes up to the last frame. */
async function readLast(opening: Promise<ClipSource>): Promise<number> {
  const source = await opening;
  return (await source.read([source.count - 1])).count;
}

/** Frame `position` as RGB, by the program. */
function ffmpegFrame(path: string, position: number): Buffer {
  const pick = ['-vf', `select=eq(n\\,${position})`, '-frames:v', '1', '-vsync', 'passthrough'];
  const output = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  return execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:v:0', ...pick, ...output], {
    maxBuffer: 1 << 28,
  });
}
