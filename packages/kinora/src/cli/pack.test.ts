/** `kinora pack` as a user runs it: packing, training from the pack, checking, and what wrong words get. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, writeTestClip } from '../data/decode/fixtures.test.util.js';
import { kinora, kinoraHere } from './terminal/kinora.test.util.js';

let folder: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  folder = temporaryFolder();
  const lists: string[] = [];
  for (let i = 0; i < 6; i++) {
    writeTestClip(join(folder.path, 'clips', `${i}`), 8, 30, 40, i);
    lists.push(`${i};${i % 2 === 0 ? 'one' : 'two'}`);
  }
  writeFileSync(join(folder.path, 'train.csv'), lists.join('\n'));
  writeFileSync(join(folder.path, 'val.csv'), lists.slice(0, 2).join('\n'));
  const config = { trainFolder: 'clips', trainList: 'train.csv', validationList: 'val.csv' };
  writeFileSync(join(folder.path, 'a.json'), JSON.stringify(config));
});
afterAll(() => folder[Symbol.dispose]());

test('packs the lists of a configuration, says how to train from them, checks them, finds damage', async () => {
  const packed = await kinora(folder.path, 'pack', '--config', 'a.json', '--out', 'packed', '--workers', '1');
  expect(packed.stderr).not.toMatch(/expected/);
  expect(packed.stdout).toMatch(/packed\/train\.index\.jsonl is packed: 6 clips in 1 shards, 0\.\d MB\n/);
  expect(packed.stdout).toContain(
    '--set trainList=packed/train.index.jsonl --set validationList=packed/validation.index.jsonl',
  );
  const checked = await kinoraHere(folder.path, 'pack', '--check', 'packed', '--workers', '1');
  expect(checked).toMatchObject({ status: 0 });
  expect(checked.stdout).toContain('train.index.jsonl: 6 clips, 0 bad, 0 damaged shards');

  const shard = join(folder.path, 'packed/train-000000.tar');
  const bytes = readFileSync(shard);
  bytes[1700]! ^= 1; // in the first frame: two headers and the description stand before it
  writeFileSync(shard, bytes);
  const damaged = await kinoraHere(folder.path, 'pack', '--check', 'packed', '--workers', '1');
  expect(damaged.status).toBe(1);
  expect(damaged.stdout).toMatch(/train-000000\.tar: expected SHA-256 [0-9a-f]{64}, as in its index/);
  expect(damaged.stdout).toMatch(/6 clips, 1 bad, 1 damaged shards/);
  expect(damaged.stderr).toContain('received 2 faults, listed above');
});

test('finds bad clips in loose files too', async () => {
  writeFileSync(join(folder.path, 'clips/3/00002.jpg'), 'no picture');
  const { status, stdout } = await kinoraHere(
    folder.path,
    'pack',
    '--check',
    '--config',
    'a.json',
    '--workers',
    '1',
  );
  expect(status).toBe(1);
  expect(stdout).toMatch(/bad clip 3: clips\/3\/00002\.jpg: expected a complete JPEG/);
  expect(readdirSync(folder.path)).not.toContain('data');
});

test.each([
  [[], 'kinora pack: expected a data set: --config'],
  [['packed'], 'expected packs to check only together with --check, received packed'],
  [['--folder', 'clips', '--quality', '0'], '--quality: expected a whole number from 1 to 100, received "0"'],
  [['--check', 'https://example.org/a.index.jsonl'], 'expected a pack on a local disk, received https'],
  [['--config', 'a.json', '--name', 'x'], 'received --config with --name'],
  [['--folder', 'clips', '--set', 'crop=3'], 'received --folder with --set'],
  [['--check', 'packed', '--config', 'a.json'], 'received packs to check with --config'],
  [['--folder', 'clips', '--height', '100000'], '--height: expected a whole number from 1 to 8192'],
  [['--check', '.'], '.: expected a file named *.index.jsonl, received none'],
])('%j is refused in one line', async (words, message) => {
  const { status, stderr } = await kinoraHere(folder.path, 'pack', ...words);
  expect(status).not.toBe(0);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
