import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPng } from '../../figures/read-png.test.util.js';
import { jpegSize } from '../decode/jpeg.js';
import { contactSheetName, synthesize } from './synthesize.js';

const small = { train: 1, validation: 0, test: 0, people: 3, seed: 9 };
const base = mkdtempSync(join(tmpdir(), 'kinora-synth-'));
const whole = join(base, 'whole');
const frames = { count: 0 };

beforeAll(async () => {
  const result = await synthesize({ out: whole, workers: 2, ...small });
  expect(result.state).toBe('finished');
  expect(result.done).toBe(27);
  frames.count = result.frames;
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** All files below a folder with a hash of their contents. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(
    paths.map((path) => [
      path.slice(folder.length),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  );
}

test('frames are JPEG files, 00001.jpg and on, of one size per clip', () => {
  const clips = readdirSync(join(whole, 'clips'));
  expect(clips).toHaveLength(27);
  let count = 0;
  for (const id of clips) {
    const names = readdirSync(join(whole, 'clips', id)).sort();
    expect(names).toEqual(names.map((_, i) => `${String(i + 1).padStart(5, '0')}.jpg`));
    const sizes = new Set(names.map((name) => readSize(join(whole, 'clips', id, name))));
    expect(sizes.size).toBe(1);
    count += names.length;
  }
  expect(count).toBe(frames.count);
});

function readSize(path: string): string {
  const { height, width } = jpegSize(readFileSync(path), path);
  return `${height}x${width}`;
}

test('the contact sheet is a PNG with pictures in all 27 rows', () => {
  const sheet = readPng(readFileSync(join(whole, contactSheetName)));
  for (let row = 0; row < 27; row++) {
    const at = 4 * (Math.round(((row + 0.5) * sheet.height) / 27) * sheet.width + sheet.width - 70);
    expect([...sheet.data.subarray(at, at + 3)]).not.toEqual([255, 255, 255]);
  }
});

describe('a second call', () => {
  test('over a finished set says so and writes nothing', async () => {
    const before = contents(whole);
    const result = await synthesize({ out: whole, workers: 1, ...small });
    expect(result).toMatchObject({ state: 'complete', frames: 0 });
    expect(contents(whole)).toEqual(before);
  });

  test('continues a stopped one, with one worker or three, to the same bytes', async () => {
    const out = join(base, 'stopped');
    const stop = new AbortController();
    const update = (done: number) => done >= 5 && stop.abort();
    const progress = { task: () => ({ update, finish() {} }), log() {} };
    const first = await synthesize({ out, workers: 3, ...small, progress, signal: stop.signal });
    expect(first.state).toBe('stopped');
    expect(first.done).toBeGreaterThanOrEqual(5);
    expect(await readdir(join(out, 'clips'))).toHaveLength(first.done);
    await mkdir(join(out, 'clips', '.1.partial'), { recursive: true });
    await rm(join(out, 'clips', '7'), { recursive: true, force: true });
    expect((await synthesize({ out, workers: 1, ...small })).state).toBe('finished');
    expect(contents(out)).toEqual(contents(whole));
  });

  test('with other options is refused and harms nothing', async () => {
    const before = contents(whole);
    await expect(synthesize({ out: whole, workers: 1, ...small, seed: 10 })).rejects.toThrow(
      /synth\.json: expected .* started with the same options, received .*"seed": 9.*; choose another --out/,
    );
    expect(contents(whole)).toEqual(before);
  });
});

test('a folder with clips of something else is refused', async () => {
  const out = await mkdtemp(join(base, 'other-'));
  await mkdir(join(out, 'clips', '1'), { recursive: true });
  await expect(synthesize({ out, workers: 1, ...small })).rejects.toThrow(
    'received 1 entries of something else',
  );
  expect(await readdir(out)).toEqual(['clips']);
});

test('a clip that cannot be written is named, and no half clip is left', async () => {
  const out = await mkdtemp(join(base, 'full-'));
  await mkdir(join(out, 'clips'));
  const stop = new AbortController();
  const progress = {
    task: () => ({ update: () => rmSync(join(out, 'clips'), { recursive: true }), finish() {} }),
    log() {},
  };
  await expect(synthesize({ out, workers: 1, ...small, progress, signal: stop.signal })).rejects.toThrow(
    /synthetic clip \d+: expected to render and write a clip, received .*ENOENT/,
  );
});
