/** Packs: the batches of loose files, readable by others, whole after any interruption, and clear about damage. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentSchema } from '../../config/clip-schema.js';
import { realData, temporaryFolder, writeTestClip } from '../decode/fixtures.test.util.js';
import { type ClipItem, type ClipList, fingerprintList } from '../lists/clip-list.js';
import { readClip } from '../load/clip-reader.js';
import { clipLoader, type LoaderOptions } from '../load/loader.js';
import { openClip } from '../open.js';
import { checkClips, checkShards } from './check.js';
import { packedPlace } from './description.js';
import { readIndex } from './index-file.js';
import { readDescription } from './packed.js';
import { readDamagedPack, readPack } from './read-pack.js';
import { type PackOptions, packClips } from './write/pack.js';

const CLIPS = 11;
const labels = ['Swiping Left', 'Swiping Right'];
const flipMap = { 'Swiping Left': 'Swiping Right', 'Swiping Right': 'Swiping Left' };
const spec = { ...defaultSpec(labels), frames: 4, crop: { height: 24, width: 24 }, flipMap };
const training = { seed: 5, augment: augmentSchema.parse({ flip: 0.5, rotation: 10, brightness: 0.2 }) };
const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import tarfile'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: ReturnType<typeof temporaryFolder>;
let list: ClipList;
let index: string;

beforeAll(async () => {
  folder = temporaryFolder();
  for (let i = 0; i < CLIPS; i++) writeTestClip(join(folder.path, 'clips', `${i}`), 6 + i, 30, 40, i);
  list = { labels, items: Array.from({ length: CLIPS }, (_, i) => item(`${i}`, i % 2)), dropped: 0 };
  ({ index } = await pack('packed'));
});
afterAll(() => folder[Symbol.dispose]());

const item = (id: string, label: number): ClipItem => ({ id, path: join(folder.path, 'clips', id), label });
const settings = {
  name: 'train',
  height: null,
  quality: 95,
  clipsPerShard: 4,
  workers: 2,
  maxBadFraction: 0.01,
};
const pack = (name: string, more: Partial<PackOptions> = {}, clips = list) =>
  packClips(clips, { out: join(folder.path, name), ...settings, shuffled: 1, ...more });

/** Labels, indices and pixels of the batches of an epoch. */
async function digests(options: Partial<LoaderOptions>): Promise<string[]> {
  const loader = clipLoader({ list, spec, batchSize: 3, ...options });
  const all: string[] = [];
  try {
    for await (const { clips, labels: got, indices } of loader.epoch(1))
      all.push(`${indices} ${got} ${createHash('sha1').update(clips).digest('hex')}`);
  } finally {
    await loader.close();
  }
  return all;
}

/** A copy of the pack that may be damaged. */
function copy(name: string): { index: string; shard: string } {
  const to = join(folder.path, name);
  cpSync(join(folder.path, 'packed'), to, { recursive: true });
  return { index: join(to, 'train.index.jsonl'), shard: join(to, 'train-000000.tar') };
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0x10;
  writeFileSync(file, bytes);
}

describe('training from a pack', () => {
  test('has the very batches of the loose files, whatever the workers', async () => {
    const packed = readPack(index);
    expect(fingerprintList(packed)).toEqual(fingerprintList(list));
    for (const mode of [{ training }, { training: { ...training, balanced: true } }, {}]) {
      const loose = await digests({ ...mode, workers: 0 });
      expect(loose.length).toBeGreaterThan(2);
      for (const workers of [0, 2]) expect(await digests({ ...mode, workers, list: packed })).toEqual(loose);
    }
  });

  test('goes by the names of the labels, in whatever order', () => {
    const turned = readPack(index, { labels: ['Other', ...labels].reverse() });
    expect(turned.items.map(({ label }) => turned.labels[label])).toEqual(
      list.items.map(({ label }) => labels[label]),
    );
    expect(() => readPack(index, { labels: ['Swiping Lift', 'Swiping Right'] })).toThrow(
      'expected one of the 2 labels, received "Swiping Left"; the nearest label is "Swiping Lift"',
    );
    const options = { labels: ['Swiping Right'], unknownLabels: 'drop' } as const;
    expect(readPack(index, options)).toMatchObject({ dropped: 6, items: { length: 5 } });
  });

  test('a clip packed again from a pack is what it was', async () => {
    const again = await pack('again', { shuffled: null }, readPack(index));
    const straight = await pack('straight', { shuffled: null });
    const bytes = ({ index: file }: { index: string }) => readFileSync(join(file, '../train-000001.tar'));
    expect(bytes(again).equals(bytes(straight))).toBe(true);
  });
});

test.skipIf(!hasPython)('Python reads the shards and groups them as webdataset does (needs python3)', () => {
  const program = `
import io, json, re, sys, tarfile, glob
samples = {}
last = None
for name in sorted(glob.glob(sys.argv[1] + '/train-*.tar')):
    for member in (archive := tarfile.open(name)):
        key, extension = re.match(r'^((?:.*/|)[^.]+)[.]([^/]*)$', member.name).groups()
        if key != last: assert key not in samples, 'members of ' + key + ' lie apart'
        last = key
        samples.setdefault(key, {})[extension.lower()] = archive.extractfile(member).read()
print(json.dumps({key: [sorted(sample), int(sample['cls']), json.loads(sample['json'])['id'],
    sum(map(len, (bytes for name, bytes in sample.items() if name.endswith('.jpg'))))] for key, sample in samples.items()}))`;
  const found = JSON.parse(
    execFileSync('python3', ['-c', program, join(folder.path, 'packed')], { encoding: 'utf8' }),
  );
  expect(Object.keys(found)).toHaveLength(CLIPS);
  for (const [place, { id, label, path }] of list.items.entries()) {
    const files = readdirSync(path);
    const bytes = files.map((name) => readFileSync(join(path, name)).length).reduce((a, b) => a + b);
    const names = files.map((_, i) => `frame${String(i).padStart(4, '0')}.jpg`);
    expect(found[String(place).padStart(9, '0')]).toEqual([['cls', ...names, 'json'], label, id, bytes]);
  }
});

describe('sources', () => {
  test('frames encoded at another height; those that have it are copied', async () => {
    const small = readPack((await pack('small', { height: 20 })).index);
    const clip = await openClip(small.items[3]!.path);
    expect(await clip.read([0, 1])).toMatchObject({ height: 20, width: 27, count: 2 });
    const same = readPack((await pack('same', { height: 30 })).index);
    expect(await digests({ training, list: same })).toEqual(await digests({ training }));
  });

  const videos = realData('video-samples');
  test.skipIf(videos === undefined)(
    'parts of a video (needs the shared data)',
    async () => {
      const path = join(videos!, 'nasa_13013.mp4');
      const parts = [{ start: 2.5, end: 4 }, { start: 12 }, { end: 1.2 }];
      const items = parts.map((part, i) => ({ id: `${i}`, path, label: 0, ...part }));
      const { index: file } = await pack('video', { height: 90 }, { labels: ['a'], items, dropped: 0 });
      const packed = readPack(file);
      expect(fingerprintList(packed).sha256).toBe(
        fingerprintList({ labels: ['a'], items, dropped: 0 }).sha256,
      );
      const short = { ...spec, frames: 8, stride: 2, frameRate: 10, labels: ['a'], flipMap: {} };
      const frames = [];
      for (const [i, { path: place }] of packed.items.entries()) {
        const { clip } = await readClip(packed.items[i]!, short);
        const { clip: loose } = await readClip(items[i]!, {
          ...short,
          resize: { rule: 'height', height: 90 },
        });
        const error = clip.reduce((sum, v, j) => sum + Math.abs(v - loose[j]!), 0) / clip.length;
        expect(error).toBeLessThan(4); // of the encoding; another frame is 10 and more away
        frames.push((await readDescription(packedPlace(place)!)).bytes.length);
      }
      expect(frames).toEqual([39, 25, 31]);
    },
    30_000,
  );

  test('frames beyond the ten thousandth have names that still sort', async () => {
    const long = join(folder.path, 'long');
    mkdirSync(long);
    const jpeg = join(list.items[0]!.path, readdirSync(list.items[0]!.path)[0]!);
    for (let i = 0; i <= 10_000; i++) linkSync(jpeg, join(long, `${String(i).padStart(6, '0')}.jpg`));
    await pack('long-packed', {}, { labels, items: [{ id: 'long', path: long, label: 0 }], dropped: 0 });
    const shard = readFileSync(join(folder.path, 'long-packed/train-000000.tar'));
    expect(shard.includes('000000000.frame10000.jpg')).toBe(true);
    expect(shard.includes('000000000.frame09999.jpg')).toBe(true);
    expect(shard.includes('000000000.frame9999.jpg')).toBe(false);
  });

  test('clips without labels have no .cls', async () => {
    const items = list.items.map((clip) => ({ ...clip, label: -1 }));
    const { index: file } = await pack('test', { name: 'test' }, { ...list, items });
    expect(readPack(file).items.every(({ label }) => label === -1)).toBe(true);
    expect(readFileSync(join(folder.path, 'test/test-000000.tar')).includes('.cls')).toBe(false);
  });
});

describe('interrupted', () => {
  test('the same call goes on with what is missing; the bytes are those of one that was not', async () => {
    const stop = new AbortController();
    const out = join(folder.path, 'stopped');
    const progress = {
      task: () => ({ update: (done: number) => done === 5 && stop.abort(), finish() {} }),
      log() {},
    };
    const first = await pack('stopped', { workers: 1, signal: stop.signal, progress });
    expect(first).toMatchObject({ state: 'stopped', shards: 3 });
    expect([1, 2]).toContain(first.done); // the second may end before it hears of the stop
    const shards = ['train-000000.tar', 'train-000001.tar'].slice(0, first.done);
    expect(readdirSync(out).sort()).toEqual(['.train.packing', ...shards]);
    await expect(pack('stopped', { height: 20 })).rejects.toMatchObject({ code: 'pack/other-plan' });
    const record = join(out, '.train.packing', '000000.json');
    for (const text of ['{"bytes":\n', 'null', '{"bytes":-1}']) {
      writeFileSync(record, text);
      await expect(pack('stopped')).rejects.toThrow(
        /^.*000000\.json.*: expected .*; delete the file, and its shard is packed again$/,
      );
    }
    rmSync(record);
    writeFileSync(join(out, '.train-000001.tar.part'), 'half a shard of a process that was killed');
    expect(await pack('stopped')).toMatchObject({ state: 'packed', clips: CLIPS, bad: 0 });
    expect(readdirSync(out).sort()).toEqual(readdirSync(join(folder.path, 'packed')).sort());
    for (const name of readdirSync(out))
      expect(readFileSync(join(out, name)).equals(readFileSync(join(folder.path, 'packed', name)))).toBe(
        true,
      );
    expect(await pack('stopped')).toMatchObject({ state: 'already complete', clips: CLIPS });
    await expect(pack('stopped', { quality: 80 })).rejects.toThrow('received one with another quality (95)');
  });

  test('after the index was written: the next call tidies up', async () => {
    const { index } = await pack('untidy');
    const out = dirname(index);
    const names = readdirSync(out);
    mkdirSync(join(out, '.train.packing'));
    writeFileSync(join(out, '.train.packing', '000000.json'), 'null');
    expect(await pack('untidy')).toMatchObject({ state: 'already complete' });
    expect(readdirSync(out)).toEqual(names);
  });
});

test('two at one pack: the second is refused, the first finishes', async () => {
  const first = pack('shared');
  await expect(pack('shared')).rejects.toMatchObject({ code: 'pack/locked' });
  expect(await first).toMatchObject({ state: 'packed', clips: CLIPS });
  expect(readdirSync(join(folder.path, 'shared')).sort()).toEqual(
    readdirSync(join(folder.path, 'packed')).sort(),
  );
});

test.each(['../beside', 'a/b', '.hidden', ''])('a pack named %j is refused', async (name) => {
  await expect(pack('named', { name })).rejects.toMatchObject({ code: 'pack/name' });
});

describe('damage', () => {
  const check = async (file: string) => ({
    shards: await checkShards(file, { workers: 2 }),
    clips: await checkClips(readDamagedPack(file), { workers: 2 }),
  });

  test('none: nothing to report', async () => {
    expect(await check(index)).toEqual({ shards: [], clips: [] });
  });

  test('one byte of a frame: found by the check, and a bad clip in training', async () => {
    const { index: file, shard } = copy('flipped');
    const place = packedPlace(readPack(file).items.find(({ path }) => path.startsWith(shard))!.path)!;
    flipByte(shard, place.offset + 512 + Math.ceil(place.bytes / 512) * 512 + 600);
    const { shards, clips } = await check(file);
    expect(shards).toEqual([expect.stringContaining('train-000000.tar: expected SHA-256')]);
    expect(clips).toMatchObject([{ reason: expect.stringMatching(/frame 1: expected bytes with SHA-256/) }]);
    const bad: string[] = [];
    await digests({ list: readPack(file), workers: 0, onBadClip: ({ id }) => bad.push(id) });
    expect(bad).toEqual([clips[0]!.id]);
  });

  test('all missing shards are reported at once, and the same call makes them again', async () => {
    const { index: file, shard } = copy('lost');
    truncateSync(shard, 5000);
    rmSync(join(shard, '../train-000002.tar'));
    const { shards, clips } = await check(file);
    expect(shards).toEqual([
      expect.stringMatching(/train-000000.tar: expected a shard of \d+ bytes.*received 5000 bytes/),
      expect.stringMatching(/train-000002.tar: expected a shard of \d+ bytes.*received nothing there/),
    ]);
    expect(clips.map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/as in its index, received 5000;/),
    );
    expect(await pack('lost')).toMatchObject({ state: 'packed', clips: CLIPS });
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(index, 'utf8'));
    expect(await check(file)).toEqual({ shards: [], clips: [] });
  });

  test('an index of other shards', async () => {
    const { index: file, shard } = copy('other');
    const text = readFileSync(file, 'utf8').replace(/:"[0-9a-f]{16}"|"[0-9a-f]{16}"/, '"0123456789abcdef"');
    writeFileSync(file, text);
    const [clip] = (await check(file)).clips;
    expect(clip!.reason).toContain(`${shard}, byte`);
    expect(clip!.reason).toContain('or not the one that its index was written for');
  });

  test.each([
    [
      'a shard cut short',
      (shard: string) => truncateSync(shard, 5000),
      /expected a shard of \d+ bytes.*received 5000 bytes/,
    ],
    [
      'a shard that is missing',
      (shard: string) => rmSync(shard),
      /expected a shard of \d+ bytes.*received nothing there/,
    ],
  ])('%s is reported before training', (name, damage, message) => {
    const { index: file, shard } = copy(name);
    damage(shard);
    expect(() => readPack(file)).toThrow(message);
  });

  test.each([
    [
      'without its last line',
      (text: string) => text.split('\n').slice(0, -2).join('\n'),
      /expected 11 clips in 3 shards.*received 8 in 2/,
    ],
    ['cut within a line', (text: string) => text.slice(0, -30), /line 4: expected a line of an index/],
    [
      'with a label that it does not name',
      (text: string) => text.replace(/\["Swiping Left","Swiping Right"\]/, '["Swiping Left"]'),
      /line 2: expected a line of an index.*received label 1 of 1/,
    ],
    [
      'with one clip twice',
      (text: string) =>
        text.replace(
          /\[\d+,"\d+",(.*?)\[\d+,/,
          (all, rest) => `${all.split(',')[0]},"9",${rest}${all.split(',')[0]},`,
        ),
      /received two clips at one position of the list/,
    ],
  ])('an index %s', (name, damage, message) => {
    const { index: file } = copy(name);
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    expect(() => readPack(file)).toThrow(message);
  });

  test('bad clips are left out and reported; too many are an error', async () => {
    const clips = join(folder.path, 'some-bad');
    cpSync(join(folder.path, 'clips'), clips, { recursive: true });
    const items = list.items.map((clip) => ({ ...clip, path: join(clips, clip.id) }));
    writeFileSync(join(clips, '4', '00002.jpg'), 'no picture');
    const { index: file } = await pack('left-out', {}, { ...list, items });
    expect(readIndex(file).header).toMatchObject({ clips: 10, bad: 1 });
    expect(readPack(file).items.map(({ id }) => id)).not.toContain('4');
    const written = readFileSync(join(folder.path, 'left-out/train.bad_clips.csv'), 'utf8');
    expect(written).toMatch(/^id,path,reason\n4,.*00002.jpg: expected a complete JPEG/);
    await expect(pack('none-allowed', { maxBadFraction: 0 }, { ...list, items })).rejects.toThrow(
      'expected at most 0 of 11 clips to be unreadable (maxBadFraction 0), received 1',
    );
    rmSync(join(clips, '5'), { recursive: true });
    await expect(pack('too-many', {}, { ...list, items })).rejects.toThrow(
      'expected at most 1 of 11 clips to be unreadable (maxBadFraction 0.01), received 2',
    );
    mkdirSync(join(clips, '5'));
    cpSync(join(folder.path, 'clips', '5'), join(clips, '5'), { recursive: true });
    expect(await pack('too-many', {}, { ...list, items })).toMatchObject({ state: 'packed', bad: 1 });
  });
});
