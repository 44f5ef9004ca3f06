/** JPEG and folders of frames: what is read, and what bad input says. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameAt } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { openClip } from '../open.js';
import { realData, temporaryFolder, testPicture, writeTestClip } from './fixtures.test.util.js';
import { decodeJpeg, encodeJpeg, jpegSize } from './jpeg.js';

const size = { height: 40, width: 60 };
const jpeg = (): Uint8Array => encodeJpeg(testPicture(40, 60), size, 95);

describe('jpeg', () => {
  test('decodes what it encodes, to a few grey levels', () => {
    const out = new Uint8Array(40 * 60 * 3);
    expect(decodeJpeg(jpeg(), out, 'x.jpg')).toEqual(size);
    const mean = testPicture(40, 60).reduce((sum, v, i) => sum + Math.abs(v - out[i]!), 0) / out.length;
    expect(mean).toBeLessThan(3);
  });

  test('decodes into shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(40 * 60 * 3));
    decodeJpeg(jpeg(), shared, 'x.jpg');
    const own = new Uint8Array(shared.length);
    decodeJpeg(jpeg(), own, 'x.jpg');
    expect(shared).toEqual(own);
  });

  test.each([
    ['nothing', new Uint8Array(0), 'an empty file'],
    ['text', Buffer.from('Hello, this is a text file.'), 'not a JPEG'],
    ['a header only', jpeg().subarray(0, 12), 'ends within its header'],
    ['half a picture', jpeg().subarray(0, jpeg().length >> 1), 'truncated'],
    ['all but the end marker', jpeg().subarray(0, -2), 'truncated'],
  ])('%s is refused in plain words', (_, bytes, words) => {
    const decode = () => decodeJpeg(bytes, new Uint8Array(40 * 60 * 3), 'clip/00001.jpg');
    expect(decode).toThrow(`clip/00001.jpg: expected a complete JPEG, received`);
    expect(decode).toThrow(words);
  });

  test('a header that claims the memory of the machine is refused before any is taken', () => {
    const forged = Uint8Array.from(jpeg());
    const at = forged.findIndex((v, i) => v === 0xff && forged[i + 1] === 0xc0);
    forged.set([0xff, 0xff, 0xff, 0xff], at + 5);
    expect(() => jpegSize(forged, 'x.jpg')).toThrow('65535 x 65535');
  });
});

describe('a folder of frames', () => {
  test('is read in the order of names, repeats included', async () => {
    using folder = temporaryFolder();
    const clip = join(folder.path, 'clip');
    writeTestClip(clip, 5, 20, 30);
    renameSync(join(clip, '00005.jpg'), join(clip, '00000.JPEG'));
    writeFileSync(join(clip, 'notes.txt'), 'no frame');
    const source = await openClip(clip);
    expect(source.count).toBe(5);
    const frames = await source.read([0, 1, 1, 4]);
    expect([frames.count, frames.height, frames.width]).toEqual([4, 20, 30]);
    expect(frameAt(frames, 1)).toEqual(frameAt(frames, 2));
    const last = new Uint8Array(20 * 30 * 3);
    decodeJpeg(readFileSync(join(clip, '00000.JPEG')), last, '');
    expect(frameAt(frames, 0)).toEqual(last);
  });

  test('reads only what is asked for: a broken frame elsewhere does not matter', async () => {
    using folder = temporaryFolder();
    writeTestClip(folder.path, 3, 20, 30);
    writeFileSync(join(folder.path, '00002.jpg'), 'broken');
    const source = await openClip(folder.path);
    expect((await source.read([0, 2])).count).toBe(2);
    await expect(source.read([0, 1])).rejects.toThrow('00002.jpg: expected a complete JPEG');
    await expect(source.verify()).rejects.toThrow('00002.jpg: expected a complete JPEG');
  });

  test('lies in the storage given, if it fits', async () => {
    using folder = temporaryFolder();
    writeTestClip(folder.path, 2, 20, 30);
    const storage = new Uint8Array(10_000);
    const source = await openClip(folder.path);
    expect((await source.read([0, 1], storage)).data.buffer).toBe(storage.buffer);
    expect((await source.read([0, 1], new Uint8Array(10))).data.length).toBe(3600);
  });

  test('missing, empty, mixed', async () => {
    using folder = temporaryFolder();
    await expect(openClip(join(folder.path, 'no'))).rejects.toThrow(
      'no: expected a folder of JPEG frames or a video file, received nothing there',
    );
    mkdirSync(join(folder.path, 'empty'));
    await expect(openClip(join(folder.path, 'empty'))).rejects.toThrow('expected frames named *.jpg');
    writeTestClip(join(folder.path, 'mixed'), 2, 20, 30);
    writeFileSync(join(folder.path, 'mixed', '00002.jpg'), jpeg());
    const mixed = await openClip(join(folder.path, 'mixed'));
    await expect(mixed.read([0, 1])).rejects.toThrow("expected 30 x 20 pixels, like the clip's other frames");
  });

  const weizmann = realData('weizmann4');
  test.skipIf(!weizmann)('weizmann4, real frames (skipped where the data is absent)', async () => {
    const source = await openClip(join(weizmann!, 'clips', '1002'));
    const frames = await source.read(Int32Array.from({ length: source.count }, (_, i) => i));
    expect([frames.count, frames.height, frames.width]).toEqual([61, 64, 64]);
  });
});
