/** Packs whose index, descriptions or records say what nobody wrote: one line each, and nothing allocated for it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeTestClip } from '../decode/fixtures.test.util.js';
import { readClip } from '../load/clip-reader.js';
import { openClip } from '../open.js';
import {
  type ClipDescription,
  checksumOf,
  descriptionFault,
  packedPath,
  packedPlace,
} from './description.js';
import { indexOf } from './index-file.js';
import { readDescription } from './packed.js';
import { readPack } from './read-pack.js';
import { mirrorOf } from './remote/mirror.js';
import { packClips } from './write/pack.js';

let folder: ReturnType<typeof temporaryFolder>;
/** Lines of an index. */
let lines: readonly string[];
let path: string;

const settings = {
  height: null,
  quality: 95,
  clipsPerShard: 4,
  workers: 1,
  maxBadFraction: 0,
  shuffled: null,
};

beforeAll(async () => {
  folder = temporaryFolder();
  const items = ['a', 'b\nc'].map((id, label) => {
    writeTestClip(join(folder.path, 'clips', id), 4, 30, 40, label);
    return { id, path: join(folder.path, 'clips', id), label };
  });
  const list = { labels: ['one', 'two'], items, dropped: 0 };
  const out = join(folder.path, 'new\nline');
  const { index } = await packClips(list, { out, name: 'train', ...settings });
  path = index;
  lines = readFileSync(index, 'utf8').trim().split('\n');
});
afterAll(() => folder[Symbol.dispose]());

type Shard = { file: string; bytes: number; sha256: string; clips: unknown[][] };
type Change = (shard: Shard, head: Record<string, unknown>) => unknown;

const changed = (change: Change): Buffer => {
  const [head, shard] = lines.map((line) => JSON.parse(line)) as [Record<string, unknown>, Shard];
  change(shard, head);
  return Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(shard)}\n`);
};

test('a folder and an id with line breaks can be read', async () => {
  const [first, second] = readPack(path).items;
  const spec = { ...defaultSpec(), frames: 2, crop: { height: 24, width: 24 } };
  for (const item of [first!, second!])
    expect((await readClip(item, spec)).clip).toHaveLength(2 * 24 * 24 * 3);
  expect(second!.id).toBe('b\nc');
});

describe('an index', () => {
  const clip =
    (at: number, value: unknown): Change =>
    ({ clips }) => {
      clips[0]![at] = value;
    };
  test.each<[string, Change]>([
    ['an offset below 0', clip(3, -512)],
    ['an offset above 2^53', clip(3, 2 ** 60)],
    ['an offset behind the shard', clip(3, 2 ** 30)],
    ['a fraction as an offset', clip(3, 0.5)],
    ['an object as an offset', clip(3, {})],
    ['a description of 2^31 bytes', clip(4, 2 ** 31)],
    ['a description of no bytes', clip(4, 0)],
    ['null as a description', clip(4, null)],
    ['a position near 2^32', clip(0, 2 ** 32 - 2)],
    ['a position behind the list', clip(0, 2)],
    ['a position below 0', clip(0, -1)],
    ['a label that is an object', clip(2, {})],
    ['a checksum of another kind', clip(5, '../../etc')],
    ['an id that is a number', clip(1, 7)],
    ['a start before the video', ({ clips }) => clips[0]!.push(-1, null)],
    ['a clip of null', ({ clips }) => (clips as unknown[]).splice(0, 1, null)],
    ['clips that are no list', (shard) => Object.assign(shard, { clips: { length: 1 } })],
    ['a shard outside', (shard) => Object.assign(shard, { file: '../train.tar' })],
    ['a shard outside, Windows', (shard) => Object.assign(shard, { file: 'C:train.tar' })],
    ['NUL in a shard', (shard) => Object.assign(shard, { file: 'a\0.tar' })],
    ['a line break in a shard', (shard) => Object.assign(shard, { file: 'a\nb.tar' })],
    ['a shard of 2^41 bytes', (shard) => Object.assign(shard, { bytes: 2 ** 41 })],
    ['a shard of -1 bytes', (shard) => Object.assign(shard, { bytes: -1 })],
    ['a label with a line break', (_, head) => Object.assign(head, { labels: ['one', 'two\nthree'] })],
    ['a label that moves the cursor', (_, head) => Object.assign(head, { labels: ['one', '\x1b[2Jtwo'] })],
    ['2^40 clips', (_, head) => Object.assign(head, { clips: 2 ** 40 })],
    ['labels of null', (_, head) => Object.assign(head, { labels: null })],
  ])('with %s', (_, change) => {
    const read = () => [...indexOf(changed(change), 'x.index.jsonl').shards];
    expect(read).toThrow(
      /^x\.index\.jsonl line [12].*: expected a line of an index that kinora pack wrote.*$/,
    );
  });

  test.each([
    ['NaN', 'NaN'],
    ['no JSON', '{"file":'],
    ['null', 'null'],
    ['a list', '[]'],
    ['deep nesting', '['.repeat(100_000)],
  ])('with a line of %s', (_, line) => {
    const read = () => [...indexOf(Buffer.from(`${lines[0]}\n${line}\n`), 'x.index.jsonl').shards];
    expect(read).toThrow(/^x\.index\.jsonl line 2: expected a line of an index/);
  });

  test('1e999 is no time', () => {
    const text = changed(({ clips }) => clips[0]!.push(12345, null)).toString();
    const read = () => [...indexOf(Buffer.from(text.replace('12345', '1e999')), 'x').shards];
    expect(read).toThrow('line 2, clips.0: expected');
  });
});

describe('the description of a clip', () => {
  const good: ClipDescription = {
    id: 'a',
    height: 2,
    width: 2,
    bytes: [9, 9],
    sha256: ['0'.repeat(16), '1'.repeat(16)],
  };

  test('as packed is sound', async () => {
    const place = packedPlace(readPack(path).items[0]!.path)!;
    expect(descriptionFault(await readDescription(place))).toBeUndefined();
    expect(descriptionFault(good)).toBeUndefined();
    expect(descriptionFault({ ...good, times: [0, 1, 2] })).toBeUndefined();
  });

  test.each([
    [null],
    [[]],
    ['text'],
    [{ ...good, bytes: [9, -1] }],
    [{ ...good, bytes: [9, 2 ** 40] }],
    [{ ...good, bytes: [9, '9'] }],
    [{ ...good, bytes: { length: 2 } }],
    [{ ...good, bytes: [] }],
    [{ ...good, sha256: ['0'.repeat(16)] }],
    [{ ...good, sha256: 'xx' }],
    [{ ...good, height: 0 }],
    [{ ...good, width: 2 ** 31 }],
    [{ ...good, times: [0] }],
    [{ ...good, times: [1, 0] }],
    [{ ...good, times: [0, null] }],
    [{ ...good, id: 7 }],
  ])('%j is not', (value) => {
    expect(descriptionFault(value)).toEqual(expect.any(String));
  });

  test('is refused by name where its checksum is right but nothing else is', async () => {
    const shard = join(folder.path, 'forged.tar');
    for (const text of ['null', '{"bytes":[-5]}', 'no JSON', '{"bytes":[1e300],"sha256":[0]}']) {
      writeFileSync(shard, text);
      const place = { shard, offset: 0, bytes: text.length, checksum: checksumOf(Buffer.from(text)) };
      await expect(openClip(packedPath(place))).rejects.toThrow(
        /forged\.tar, byte 0: expected the description of a clip, .*; its index was not written by kinora pack/,
      );
    }
  });

  test.each([
    [`${2 ** 31}+9`, 'clip/shard-cut-short'],
    [`0+${2 ** 40}`, 'clip/description'],
    ['0+99999999999999999999', 'clip/description'],
  ])('at %s', async (place, code) => {
    const shard = join(folder.path, 'short.tar');
    writeFileSync(shard, 'short');
    await expect(openClip(`${shard}#${place}:${'0'.repeat(16)}`)).rejects.toMatchObject({ code });
  });
});

describe('what is no file', () => {
  const clip = (shard: string): string =>
    packedPath({ shard, offset: 0, bytes: 9, checksum: '0'.repeat(16) });

  test.skipIf(process.platform === 'win32')('a pipe', async () => {
    const pipe = join(folder.path, 'pipe.tar');
    execFileSync('mkfifo', [pipe]);
    await expect(openClip(clip(pipe))).rejects.toThrow(
      'pipe.tar: expected a shard of packed clips, received a pipe',
    );
    await expect(openClip(pipe)).rejects.toThrow('received a pipe; write it to a file first');
    mkdirSync(join(folder.path, 'frames'));
    execFileSync('mkfifo', [join(folder.path, 'frames', '00001.jpg')]);
    const source = await openClip(join(folder.path, 'frames'));
    await expect(source.read([0])).rejects.toMatchObject({ code: 'clip/not-a-file' });
  });

  test.skipIf(process.platform === 'win32')('a device', async () => {
    symlinkSync('/dev/zero', join(folder.path, 'zero.tar'));
    await expect(openClip(clip(join(folder.path, 'zero.tar')))).rejects.toThrow('received a device');
    await expect(openClip('/dev/zero')).rejects.toThrow('received a device');
  });
});

test.each([
  ['empty', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['a block of 0 bytes', '{"url":"http://a/b","block":0,"limit":1,"timeout":1,"sizes":{}}'],
  ['a block of 2^40 bytes', `{"url":"http://a/b","block":${2 ** 40},"limit":1,"timeout":1,"sizes":{}}`],
  ['a size below 0', '{"url":"http://a/b","block":9,"limit":1,"timeout":1,"sizes":{"a.tar":-1}}'],
  ['another protocol', '{"url":"file:///etc/x","block":9,"limit":1,"timeout":1,"sizes":{}}'],
])('the facts of a mirror: %s', (name, text) => {
  const file = join(folder.path, `mirror ${name}`, 'mirror.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  expect(() => mirrorOf(join(dirname(file), 'a.tar'))).toThrow(
    /mirror\.json: expected the facts of a cached pack, received a damaged file; delete its folder/,
  );
});
