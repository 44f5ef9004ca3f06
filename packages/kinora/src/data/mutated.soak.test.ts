/**
 * Damaged input of every kind, by the thousand: each file either still reads or gives one KinoraError in one line.
 * Nothing else may happen: no other error, no crash of a decoder, no hang.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec, parseSpec, type Random, randomStream } from '@kinora/clip';
import { KinoraError } from '@kinora/torch/error';
import { describe, expect, test } from 'vitest';
import { realData, temporaryFolder, testPicture } from './decode/fixtures.test.util.js';
import { decodeJpeg, encodeJpeg, jpegSize } from './decode/jpeg.js';
import { readClipList } from './lists/annotations.js';
import { readLabels } from './lists/labels.js';
import { readClip } from './load/clip-reader.js';

/** Cuts, overwrites, inserts or repeats bytes at random places. */
function mutate(bytes: Uint8Array, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  const length = 1 + random.below(Math.min(64, copy.length - at));
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      for (let i = at; i < at + length; i++) copy[i] = random.below(256);
      return copy;
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    default:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
  }
}

/** Counts what came of it; anything but a result or a KinoraError of one line fails the test. */
async function outcomes(
  rounds: number,
  attempt: (random: Random) => unknown,
): Promise<{ read: number; refused: number }> {
  let read = 0;
  let refused = 0;
  for (let i = 0; i < rounds; i++) {
    try {
      await attempt(randomStream(2024, i));
      read++;
    } catch (error) {
      if (!(error instanceof KinoraError) || error.message.includes('\n')) throw error;
      refused++;
    }
  }
  return { read, refused };
}

describe('mutated', () => {
  test('JPEG', async () => {
    const jpeg = encodeJpeg(testPicture(60, 80), { height: 60, width: 80 });
    const { refused } = await outcomes(20_000, (random) => {
      const bytes = mutate(jpeg, random);
      const { height, width } = jpegSize(bytes, 'x.jpg');
      if (height * width < 1 << 22) decodeJpeg(bytes, new Uint8Array(height * width * 3), 'x.jpg');
    });
    expect(refused).toBeGreaterThan(5000);
  });

  const samples = realData('video-samples');
  const small = [
    'discard_first_keyframe.mp4',
    'h265_video.mp4',
    'unordered.mov',
    'animated.gif',
    'testsrc2_mpeg4.mp4',
    'video_90.mov',
  ];
  test.skipIf(!samples).each(small)('video: %s (skipped where the samples are absent)', async (name) => {
    using folder = temporaryFolder();
    const path = join(folder.path, name);
    const film = readFileSync(join(samples!, name));
    const { read, refused } = await outcomes(400, async (random) => {
      writeFileSync(path, mutate(film, random));
      await readClip({ path }, defaultSpec());
    });
    expect(read + refused).toBe(400);
    expect(refused).toBeGreaterThan(0);
  });

  test('lists, labels and specs', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'list.csv');
    const labels = ['Swiping Left', 'Thumb Up'];
    const texts = [
      '1;Swiping Left\n2;Thumb Up\n',
      'path,label,start,end\na,Thumb Up,1,2\n"b,c",Swiping Left,,\n',
      '1\n2\n',
    ];
    const { refused } = await outcomes(6000, (random) => {
      writeFileSync(file, mutate(Buffer.from(texts[random.below(texts.length)]!), random));
      readLabels(file);
      for (const { path } of readClipList(file, '/data', { labels }).items)
        expect(path.startsWith('/data/')).toBe(true);
    });
    expect(refused).toBeGreaterThan(1000);
    const spec = Buffer.from(JSON.stringify(parseSpec({ labels })));
    await outcomes(6000, (random) => {
      const text = mutate(spec, random).toString();
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return;
      }
      parseSpec(value);
    });
  });
});
