/** Flow in batches and over whole lists: the same whatever the workers, computed once, and only where it is wanted. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultSpec, FLOW_FIELDS, STILL } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentSchema } from '../../config/clip-schema.js';
import { temporaryFolder } from '../decode/fixtures.test.util.js';
import type { ClipItem, ClipList } from '../lists/clip-list.js';
import { readClip } from '../load/clip-reader.js';
import { clipLoader, type LoaderOptions } from '../load/loader.js';
import { clipsBelow } from './clips-below.js';
import { precomputeFlow } from './precompute.js';
import { writeTexturedClip } from './texture.test.util.js';

const CLIPS = 5;
const SIZE = { height: 30, width: 40 };
const labels = ['one', 'two'];
const spec = { ...defaultSpec(labels), frames: 6, stride: 1, crop: { height: 24, width: 32 } };
const augment = augmentSchema.parse({ flip: 0.5, rotation: 20, scale: [0.8, 1.2] });

let folder: ReturnType<typeof temporaryFolder>;
let list: ClipList;
beforeAll(() => {
  folder = temporaryFolder();
  for (let i = 0; i < CLIPS; i++) writeTexturedClip(join(folder.path, 'clips', `${i}`), 8 + i, SIZE, i - 1);
  list = { labels, items: Array.from({ length: CLIPS }, (_, i) => item(`${i}`, i % 2)), dropped: 0 };
});
afterAll(() => folder[Symbol.dispose]());

const item = (id: string, label: number): ClipItem => ({ id, path: join(folder.path, 'clips', id), label });
const filesIn = (cache: string): string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.flow'));

/** Clips, flow and labels of all batches of an epoch, in a form that can be compared. */
async function digests(options: Partial<LoaderOptions>, epoch = 0): Promise<string[]> {
  const loader = clipLoader({ list, spec, batchSize: 2, workers: 0, ...options });
  const all: string[] = [];
  try {
    for await (const { clips, flow, labels, shape } of loader.epoch(epoch)) {
      expect(flow?.length).toBe(options.flow && shape[0] * FLOW_FIELDS * 24 * 32 * 2);
      const hashes = [clips, flow ?? ''].map((bytes) => createHash('sha1').update(bytes).digest('hex'));
      all.push(`${hashes} ${labels}`);
    }
  } finally {
    await loader.close();
  }
  return all;
}

describe('batches with flow', () => {
  test('are the same with 0, 1 and 2 workers, with and without a cache, and differ between epochs', async () => {
    const training = { seed: 3, augment };
    const flow = { cache: join(folder.path, 'batches') };
    const expected = await digests({ training, flow: {} });
    for (const workers of [0, 1, 2]) expect(await digests({ training, flow, workers })).toEqual(expected);
    expect(filesIn(flow.cache).length).toBeLessThanOrEqual(CLIPS);
    expect(await digests({ training, flow }, 1)).not.toEqual(expected);
  });

  test('hold the clips that batches without it hold', async () => {
    const clipsOf = (all: string[]) => all.map((digest) => digest.split(',')[0]);
    const training = { seed: 3, augment };
    expect(clipsOf(await digests({ training, flow: {} }))).toEqual(clipsOf(await digests({ training })));
  });

  test('in evaluation are what a single clip gives', async () => {
    const loader = clipLoader({ list, spec, batchSize: CLIPS, workers: 0, flow: {} });
    for await (const { flow } of loader.epoch(0)) {
      const alone = (await readClip(list.items[3]!, spec, {})).flow!;
      const bytes = flow!.length / CLIPS;
      expect(Buffer.compare(flow!.subarray(3 * bytes, 4 * bytes), alone)).toBe(0);
      expect(alone.some((byte) => byte !== STILL)).toBe(true);
    }
    await loader.close();
  });

  test('leave out a clip in which nothing can move', async () => {
    writeTexturedClip(join(folder.path, 'photo'), 1, SIZE);
    const photo = { ...item('photo', 0), path: join(folder.path, 'photo') };
    const bad: string[] = [];
    const loader = clipLoader({
      list: { ...list, items: [list.items[0]!, photo, list.items[1]!] },
      spec,
      batchSize: 3,
      workers: 0,
      flow: {},
      onBadClip: ({ reason }) => bad.push(reason),
    });
    for await (const { indices, flow } of loader.epoch(0)) {
      expect([...indices]).toEqual([0, 2]);
      expect(flow).toHaveLength(2 * FLOW_FIELDS * 24 * 32 * 2);
      const second = (await readClip(list.items[1]!, spec, {})).flow!;
      expect(Buffer.compare(flow!.subarray(second.length), second)).toBe(0);
    }
    await loader.close();
    expect(bad).toEqual([expect.stringContaining('at least two frames')]);
  });
});

describe('ahead of training', () => {
  const work = () => ({ spec, cache: join(folder.path, 'ahead'), workers: 2 });

  test('every clip is computed once, under the name that training looks for', async () => {
    const items = clipsBelow(join(folder.path, 'clips'));
    expect(items.map(({ path }) => path)).toEqual(list.items.map(({ path }) => path));
    expect(await precomputeFlow(items, work())).toEqual({ computed: CLIPS, kept: 0, bad: 0 });
    expect(await precomputeFlow(items, work())).toEqual({ computed: 0, kept: CLIPS, bad: 0 });
    await digests({ flow: { cache: work().cache } });
    expect(filesIn(work().cache)).toHaveLength(CLIPS);
  });

  test('a bad clip is reported and skipped; a bad cache stops the work', async () => {
    const items = [{ path: join(folder.path, 'nothing') }, ...list.items];
    const reported: string[] = [];
    const onBadClip = (path: string) => reported.push(path);
    expect(await precomputeFlow(items, { ...work(), onBadClip })).toMatchObject({ bad: 1 });
    expect(reported).toEqual([items[0]!.path]);
    const cache = join(folder.path, 'file');
    writeFileSync(cache, '');
    await expect(precomputeFlow(items, { ...work(), cache })).rejects.toMatchObject({ code: 'flow/cache' });
  });

  test('a stop finishes the clips under way, and the same call goes on', async () => {
    const options = { ...work(), cache: join(folder.path, 'stopped'), workers: 1 };
    const stop = new AbortController();
    const first = await precomputeFlow(list.items, {
      ...options,
      signal: stop.signal,
      onClip: () => stop.abort(),
    });
    expect(first.computed).toBe(1);
    expect(await precomputeFlow(list.items, options)).toMatchObject({ computed: CLIPS - 1, kept: 1 });
  });

  test('a folder without clips is an error', () => {
    mkdirSync(join(folder.path, 'empty'));
    expect(() => clipsBelow(join(folder.path, 'empty'))).toThrow(/expected folders of JPEG frames or video/);
  });
});

test('OpenCV is loaded by those alone who want flow', () => {
  const program = `
    import { createRequire } from 'node:module';
    import { readClip } from ${JSON.stringify(fileURLToPath(new URL('../load/clip-reader.js', import.meta.url)))};
    await import(${JSON.stringify(fileURLToPath(new URL('../../index.js', import.meta.url)))});
    const { path, spec } = JSON.parse(process.argv[1]);
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).some((file) => file.includes('opencv'));
    await readClip({ path }, spec);
    const before = loaded();
    await readClip({ path }, spec, {});
    console.log(before, loaded(), process.listenerCount('uncaughtException'));`;
  const input = JSON.stringify({ path: list.items[0]!.path, spec });
  const words = ['--input-type=module', '-e', program, input];
  expect(execFileSync(process.execPath, words, { encoding: 'utf8' })).toBe('false true 0\n');
});
