/** The cache of flow: computed once, never wrong, and clear about what it cannot do. */
import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldAt, STILL, stillFields } from '@kinora/clip';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../decode/fixtures.test.util.js';
import { openFolder } from '../decode/folder.js';
import type { ClipSource } from '../decode/source.js';
import { cacheFlow, type FlowClip, fieldPlaces, readFlow } from './clip-flow.js';
import { isFlowOf, packFlow, unpackFlow } from './container.js';
import { writeTexturedClip } from './texture.test.util.js';

const SIZE = { height: 48, width: 64 };

const writeClip = (folder: string, count: number) => writeTexturedClip(folder, count, SIZE);

/** The clip, and how many frames were read of it. */
function opened(path: string, part = 'whole'): { clip: FlowClip; read: () => number } {
  const source = openFolder(path);
  let frames = 0;
  const counting: ClipSource = {
    ...source,
    read: (positions, storage) => {
      frames += positions.length;
      return source.read(positions, storage);
    },
  };
  const timeline = Int32Array.from({ length: source.count }, (_, i) => i);
  return { clip: { source: counting, timeline, part, size: SIZE }, read: () => frames };
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.flow'))
    .map((name) => join(folder, name));

/** A folder with a clip of five frames, and a cache beside it. */
function workshop() {
  const folder = temporaryFolder();
  const clip = join(folder.path, 'clip');
  writeClip(clip, 5);
  return { clip, cache: join(folder.path, 'cache'), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe('a clip', () => {
  test('is computed once; later readings open only the cache, whatever moments they ask for', async () => {
    using at = workshop();
    const first = opened(at.clip);
    const flow = await readFlow(first.clip, [0, 1, 2, 3, 4], at.cache);
    expect(first.read()).toBe(5);
    expect(filesIn(at.cache)).toHaveLength(1);
    const second = opened(at.clip);
    expect(await cacheFlow(second.clip, at.cache)).toBe(false);
    const some = await readFlow(second.clip, [3, 0, 3], at.cache);
    expect(second.read()).toBe(0);
    for (const [i, moment] of [3, 0, 3].entries()) expect(fieldAt(some, i)).toEqual(fieldAt(flow, moment));
  });

  test('has the same flow without a cache, from the frames that are needed alone', async () => {
    using at = workshop();
    const moments = [1, 3, 4, 4];
    const cached = await readFlow(opened(at.clip).clip, moments, at.cache);
    const { clip, read } = opened(at.clip);
    expect((await readFlow(clip, moments, undefined)).data).toEqual(cached.data);
    expect(read()).toBe(4);
  });

  test('stands still after its last frame', async () => {
    using at = workshop();
    const flow = await readFlow(opened(at.clip).clip, [2, 4], at.cache);
    expect(new Set(fieldAt(flow, 1))).toEqual(new Set([STILL]));
    expect(new Set(fieldAt(flow, 0)).size).toBeGreaterThan(1);
  });

  test('of one frame has no flow, and its parts have files of their own', async () => {
    using at = workshop();
    writeClip(join(at.clip, '..', 'single'), 1);
    const single = opened(join(at.clip, '..', 'single'));
    await expect(readFlow(single.clip, [0], at.cache)).rejects.toMatchObject({ code: 'clip/no-flow' });
    await cacheFlow(opened(at.clip, 'a').clip, at.cache);
    await cacheFlow(opened(at.clip, 'b').clip, at.cache);
    expect(filesIn(at.cache)).toHaveLength(2);
  });
});

describe('a file of the cache is made anew', () => {
  const changes: [what: string, change: (file: string, clip: string) => void][] = [
    ['is cut short', (file) => writeFileSync(file, readFileSync(file).subarray(0, -9))],
    ['is empty', (file) => writeFileSync(file, '')],
    ['is something else', (file) => writeFileSync(file, Buffer.alloc(5000, 'x'))],
    ['has a header that lies', (file) => writeFileSync(file, readFileSync(file, 'latin1').replace(/"sizes":\[\d/, '"sizes":[-'), 'latin1')], // biome-ignore format: one change
    ['has a wrong bit', (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 30]! ^= 4;
      writeFileSync(file, bytes);
    }], // biome-ignore format: one change
    ['is older than its clip', (_, clip) => utimesSync(join(clip, '00002.jpg'), 1, 1)],
  ];

  test.each(changes)('when it %s', async (_, change) => {
    using at = workshop();
    const before = await readFlow(opened(at.clip).clip, [0, 1, 2, 3], at.cache);
    change(filesIn(at.cache)[0]!, at.clip);
    const { clip, read } = opened(at.clip);
    expect((await readFlow(clip, [0, 1, 2, 3], at.cache)).data).toEqual(before.data);
    expect(read()).toBe(5);
    const again = opened(at.clip);
    await readFlow(again.clip, [0, 1, 2, 3], at.cache);
    expect(again.read()).toBe(0);
    expect(filesIn(at.cache)).toHaveLength(1);
  });
});

describe('the folder', () => {
  test('that cannot be one is an error that names it and another way', async () => {
    using at = workshop();
    writeFileSync(at.cache, 'a file');
    await expect(readFlow(opened(at.clip).clip, [0], at.cache)).rejects.toThrow(
      `${at.cache}: expected the optical flow cache to be read, received a file in its place; choose another folder with flowCache`,
    );
  });

  test('may move together with its clips', async () => {
    using folder = temporaryFolder();
    writeClip(join(folder.path, 'a', 'clip'), 3);
    await cacheFlow(opened(join(folder.path, 'a', 'clip')).clip, join(folder.path, 'a', 'cache'));
    renameSync(join(folder.path, 'a'), join(folder.path, 'b'));
    const moved = opened(join(folder.path, 'b', 'clip'));
    expect(await cacheFlow(moved.clip, join(folder.path, 'b', 'cache'))).toBe(false);
  });
});

test('a packed file is a small part of its fields, and says whose they are', () => {
  const fields = stillFields({ height: 100, width: 176 }, 3);
  fields.data.fill(140, 4000, 9000);
  const file = packFlow(fields, 'this');
  expect(file.length).toBeLessThan(fields.data.length / 50);
  expect(unpackFlow(file, 'this', [0, 1, 2])!.data).toEqual(fields.data);
  expect([isFlowOf(file, 'this'), isFlowOf(file, 'that'), unpackFlow(file, 'that', [0])]).toEqual([true, false, undefined]); // biome-ignore format: three answers
});

test('fields are spread over a clip from its first frame to its last', () => {
  expect([...fieldPlaces(16)]).toEqual([0, 2, 3, 5, 7, 8, 10, 12, 13, 15]);
  expect([...fieldPlaces(4)]).toEqual([0, 0, 1, 1, 1, 2, 2, 2, 3, 3]);
  expect([...fieldPlaces(1)]).toEqual(Array(10).fill(0));
});
