/** Packs on a web server: batches that can be repeated, fetched once, mixed by a buffer; and what bad servers are told. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { defaultSpec } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentSchema } from '../../../config/clip-schema.js';
import { temporaryFolder, writeTestClip } from '../../decode/fixtures.test.util.js';
import { type ClipList, fingerprintList } from '../../lists/clip-list.js';
import { clipLoader, type LoaderOptions } from '../../load/loader.js';
import { type PackListOptions, readPack } from '../read-pack.js';
import { packClips } from '../write/pack.js';
import { fetchBytes } from './fetch-range.js';
import { placementOf, streamOrder } from './placement.js';

const CLIPS = 20;
const BLOCK = 4096;
const labels = ['one', 'two'];
const spec = { ...defaultSpec(labels), frames: 4, stride: 1, crop: { height: 24, width: 24 } };
const training = { seed: 5, augment: augmentSchema.parse({ brightness: 0.2 }) };

let folder: ReturnType<typeof temporaryFolder>;
let server: Worker;
let address: string;
let list: ClipList;

beforeAll(async () => {
  folder = temporaryFolder();
  const items = Array.from({ length: CLIPS }, (_, i) => {
    const path = join(folder.path, 'clips', `${i}`);
    writeTestClip(path, 6, 30, 40, i);
    return { id: `${i}`, path, label: i % 2 };
  });
  list = { labels, items, dropped: 0 };
  const settings = { height: null, quality: 95, clipsPerShard: 5, workers: 1, maxBadFraction: 0 };
  await packClips(list, { out: join(folder.path, 'web'), name: 'train', shuffled: 1, ...settings });
  server = new Worker(new URL('./web-server.test.worker.js', import.meta.url), {
    workerData: { root: join(folder.path, 'web') },
  });
  address = `http://127.0.0.1:${await new Promise((resolve) => server.once('message', resolve))}`;
});
afterAll(async () => {
  await server.terminate();
  folder[Symbol.dispose]();
});

const open = (behaviour: string, cache: string, more: PackListOptions = {}): ClipList =>
  readPack(`${address}/${behaviour}/train.index.jsonl`, {
    cache: join(folder.path, cache),
    block: BLOCK,
    shuffleBuffer: 6,
    ...more,
  });

const requests = async (behaviour: string): Promise<number[]> => {
  const all = (await (await fetch(`${address}/requests`)).json()) as Record<string, number>;
  return Object.keys(all)
    .filter((path) => path.startsWith(`/${behaviour}/`) && path.includes('.tar'))
    .map((path) => all[path]!);
};

const requested = async (behaviour: string): Promise<boolean> => {
  const all = (await (await fetch(`${address}/requests`)).json()) as Record<string, number>;
  return Object.keys(all).some((path) => path.startsWith(`/${behaviour}/`));
};

/** Indices, labels and pixels of the batches of an epoch. */
async function digests(
  from: ClipList,
  options: Partial<LoaderOptions> = {},
  startBatch = 0,
): Promise<string[]> {
  const loader = clipLoader({ list: from, spec, batchSize: 4, workers: 0, training, ...options });
  const all: string[] = [];
  try {
    for await (const { clips, labels: got, indices } of loader.epoch(1, { startBatch }))
      all.push(`${indices} ${got} ${createHash('sha1').update(clips).digest('hex')}`);
  } finally {
    await loader.close();
  }
  return all;
}

const clipsIn = (batches: readonly string[]): string[] =>
  batches.flatMap((batch) => batch.split(' ')[0]!.split(',')).sort();

describe('training from a web server', () => {
  test('is the list that was packed; batches are the same at every call, with any workers, and when resumed', async () => {
    const streamed = open('good', 'a');
    expect(fingerprintList(streamed)).toEqual(fingerprintList(list));
    const whole = await digests(streamed);
    expect(clipsIn(whole)).toEqual(clipsIn(await digests(list)));
    expect(await digests(open('good', 'b'), { workers: 2 })).toEqual(whole);
    expect(await digests(streamed, {}, 2)).toEqual(whole.slice(2));
    expect(await digests(open('good', 'a', { shuffleBuffer: 1 }))).not.toEqual(whole);
  });

  test('a clip is drawn as it is from loose files; evaluation is the same altogether', async () => {
    const evaluation = { training: undefined } as unknown as Partial<LoaderOptions>;
    expect(await digests(open('good', 'a'), evaluation)).toEqual(await digests(list, evaluation));
    const one = { batchSize: 1 };
    expect((await digests(open('good', 'a'), one)).sort()).toEqual((await digests(list, one)).sort());
  });

  test('each block is fetched once, and not again in the next run', async () => {
    const bytes = readdirSync(join(folder.path, 'web'))
      .filter((name) => name.endsWith('.tar'))
      .map((name) => Math.ceil((statSync(join(folder.path, 'web', name)).size - 1024) / BLOCK));
    await digests(open('busy', 'once'), { workers: 1 });
    const fetched = (await requests('busy')).reduce((a, b) => a + b);
    const busy = 2 * 4; // two answers of each shard's server that it is busy
    expect(fetched).toBeLessThanOrEqual(bytes.reduce((a, b) => a + b) + busy + 4);
    await digests(open('busy', 'once'));
    expect((await requests('busy')).reduce((a, b) => a + b)).toBe(fetched);
  });

  test('keeps to the limit of its cache, and is right all the same', async () => {
    const expected = await digests(open('good', 'a'));
    expect(await digests(open('good', 'limited', { limit: 5 * BLOCK }))).toEqual(expected);
    const names = readdirSync(join(folder.path, 'limited'), { recursive: true, encoding: 'utf8' });
    const sizes = names
      .filter((name) => /\d{6}$/.test(name))
      .map((name) => statSync(join(folder.path, 'limited', name)).size);
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(6 * BLOCK); // one may come after the last look
  });

  test('a limit smaller than a block fetches again and again, and is right all the same', async () => {
    expect(await digests(open('good', 'none', { limit: 1 }))).toEqual(await digests(open('good', 'a')));
  });

  test('the limit is that of all packs in the cache; what a killed process left there goes first, what another writes stays', async () => {
    await digests(open('good', 'shared'));
    const [mirror] = readdirSync(join(folder.path, 'shared'));
    const blocks = join(folder.path, 'shared', mirror!, 'train-000000.tar.blocks');
    const part = join(blocks, '000009.4711-0a1b2c3d');
    const written = join(blocks, '000009.4712-0a1b2c3d');
    for (const file of [part, written]) writeFileSync(file, Buffer.alloc(BLOCK));
    utimesSync(part, 1, 1);
    await digests(open('busy', 'shared', { limit: 5 * BLOCK }));
    const names = readdirSync(join(folder.path, 'shared'), { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /[.]blocks[/\\]\d{6}$/.test(name)).length).toBeLessThanOrEqual(6);
    expect(existsSync(part)).toBe(false);
    await digests(open('good', 'shared', { limit: 1 }));
    expect(existsSync(written)).toBe(true);
  });

  test('ranks that share one cache read every clip once, each its part of every batch', async () => {
    const whole = await digests(open('good', 'a'), { batchSize: 7, dropLast: false });
    const count = 3;
    const parts = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        digests(open('good', 'ranks'), { batchSize: 7, dropLast: false, part: { index, count } }),
      ),
    );
    const indicesOf = (batch: string): string => batch.split(' ')[0]!;
    expect(whole.map(indicesOf)).toEqual(
      whole.map((_, batch) => parts.map((batches) => indicesOf(batches[batch]!)).join(',')),
    );
    expect(clipsIn(parts.flat())).toEqual(Array.from({ length: CLIPS }, (_, i) => `${i}`).sort());
  });

  test('a query of the address, such as a signature, goes with every request', async () => {
    const url = `${address}/signed/train.index.jsonl?signature=x%2Fy`;
    const signed = readPack(url, { cache: join(folder.path, 'signed') });
    expect(await digests(signed)).toHaveLength(5);
    expect(() => open('signed', 'signed')).toThrow(
      /received 403 Forbidden; the server requires authorization/,
    );
  });
});

describe('the order', () => {
  test('visits every clip once, shard by shard within the buffer, and otherwise in each epoch', () => {
    const placement = placementOf(open('good', 'a').items);
    const all = Uint32Array.from({ length: CLIPS }, (_, i) => i);
    const orders = [0, 1].map((epoch) => streamOrder(all, placement, 3, 7, epoch));
    for (const order of orders) {
      expect([...order].sort((a, b) => a - b)).toEqual([...all]);
      const shards = Array.from(order, (clip) => placement.shard[clip]!);
      const turns = [...new Set(shards)];
      // A clip leaves a buffer of 3 after those of its shard came in: at most the shard before is still there.
      for (const [i, shard] of shards.entries())
        expect(Math.abs(turns.indexOf(shard) - Math.floor(i / 5))).toBeLessThanOrEqual(1);
    }
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

describe('bad servers', () => {
  const quick = { retries: 2, pause: 5, timeout: 300 };
  const shard = (behaviour: string) => `${address}/${behaviour}/train-000000.tar`;
  const range = () => ({
    from: 0,
    to: 2000,
    total: statSync(join(folder.path, 'web/train-000000.tar')).size,
  });

  test.each(['busy', 'hangs-up', 'cuts'])('one that %s gets another request', async (behaviour) => {
    const bytes = await fetchBytes(shard(behaviour), range(), { ...quick, retries: 5, timeout: 10_000 });
    expect(
      Buffer.from(bytes).equals(readFileSync(join(folder.path, 'web/train-000000.tar')).subarray(0, 2000)),
    ).toBe(true);
  });

  test.each([
    [
      'no-ranges',
      'stream/no-ranges',
      /received 200 and the whole file; use a server that supports range requests/,
    ],
    [
      'other-size',
      'stream/other-size',
      /expected a file of \d+ bytes, as the index says, received one of \d+/,
    ],
    ['shifted', 'stream/other-range', /expected bytes 0-1999, as requested, received bytes 1-2000\//],
    ['longer', 'stream/other-range', /expected bytes 0-1999, as requested, received more than these/],
    [
      'silent',
      'stream/unreachable',
      /received no byte for 0.3 s, 3 times; check the address and the network/,
    ],
    [
      'good/nowhere',
      'stream/status',
      /expected the file, received 404 Not Found; the shards must be in the same folder/,
    ],
  ])('%s', async (behaviour, code, message) => {
    const failing = fetchBytes(shard(behaviour), range(), quick);
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(failing).rejects.toThrow(shard(behaviour));
  });

  test('one that has moved is followed', async () => {
    const bytes = await fetchBytes(shard('moved'), range(), quick);
    expect(bytes).toHaveLength(2000);
  });

  test.each([
    ['circle', /expected at most 20 redirects, to http:\/\/ or https:\/\/, received more/],
    ['to-file', /received one to file:\/\/\/etc\/hostname; use the address/],
    ['to-ftp', /received one to ftp:\/\/127.0.0.1\/a.tar/],
    ['to-nowhere', /received one to http:\/\/\[/],
  ])('redirects: %s', async (behaviour, message) => {
    const failing = fetchBytes(shard(behaviour), range(), quick);
    await expect(failing).rejects.toMatchObject({
      code: 'stream/redirect',
      message: expect.stringMatching(message),
    });
  });

  test('one that sends a byte now and then does not make progress', async () => {
    await expect(fetchBytes(shard('trickles'), undefined, quick)).rejects.toMatchObject({
      code: 'stream/unreachable',
      message: expect.stringMatching(/received only \d+ bytes for 0.3 s, 3 times/),
    });
  });

  test.each(['endless', 'gzip-bomb'])('a body without end is read up to its limit: %s', async (behaviour) => {
    const limit = 8 * 2 ** 20;
    await expect(
      fetchBytes(shard(behaviour), undefined, { ...quick, timeout: 10_000, limit }),
    ).rejects.toThrow(`expected the index of a pack, of at most ${limit} bytes, received more than that`);
  });

  test('nobody there; no index there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(fetchBytes(`http://127.0.0.1:${port}/a.tar`, undefined, quick)).rejects.toThrow(
      /expected a response from the server, received ECONNREFUSED, 3 times/,
    );
    expect(() => open('good/nowhere', 'x')).toThrow(/nowhere.*received 404 Not Found/);
    expect(() => open('page', 'page')).toThrow(
      /^http:.*page\/train.index.jsonl line 1: expected a line of an index/,
    );
    expect(existsSync(join(folder.path, 'page'))).toBe(false);
  });

  test('a cache that cannot be written to is reported as such', () => {
    writeFileSync(join(folder.path, 'a-file'), '');
    expect(() => open('good', 'a-file/cache')).toThrow(
      /a-file.*: expected room and permission to cache fetched data, received not a directory; set another streamCache/,
    );
  });

  test('Ctrl+C ends a process that waits for an index, whoever listens for it', async () => {
    const entry = new URL('../read-pack.js', import.meta.url).href;
    const program = `process.on('SIGINT', () => {}); const { readPack } = await import('${entry}');
      console.log('ready'); readPack('${address}/mute/train.index.jsonl', { cache: '${join(folder.path, 'mute')}' });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect.poll(() => requested('mute')).toBe(true);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
  });

  test('a signal ends the wait for a silent server at once; the loader can be used again', async () => {
    const loader = clipLoader({ list: open('silent', 'w'), spec, batchSize: 4, workers: 2, training });
    const seen = async () => (await requests('silent')).reduce((a, b) => a + b, 0);
    for (const epoch of [1, 2]) {
      const controller = new AbortController();
      const before = await seen();
      const next = loader.epoch(epoch, { signal: controller.signal }).next();
      await expect.poll(seen).toBeGreaterThan(before);
      const start = performance.now();
      controller.abort(new Error('asked to stop'));
      await expect(next).rejects.toThrow('asked to stop');
      expect(performance.now() - start).toBeLessThan(60_000); // below the 90 s after which a server is given up
    }
    await loader.close();
  });

  test('training stops with the error of the server, not with bad clips', async () => {
    const failing = digests(open('no-ranges', 'n'), { workers: 1 });
    await expect(failing).rejects.toMatchObject({ code: 'stream/no-ranges' });
  });

  test('nor does packing from it take the server for a bad clip or a full disk', async () => {
    const settings = {
      name: 'again',
      height: null,
      quality: 95,
      clipsPerShard: 5,
      workers: 1,
      maxBadFraction: 1,
    };
    const packing = packClips(open('no-ranges', 'm'), {
      out: join(folder.path, 'again'),
      shuffled: null,
      ...settings,
    });
    await expect(packing).rejects.toMatchObject({ code: 'stream/no-ranges' });
  });

  test('bytes that were damaged on the way are fetched again; so are those of the cache', async () => {
    const expected = await digests(open('good', 'a'));
    const found = () => digests(open('damaged', 'd', { block: 1 << 20 }));
    expect(await found()).toEqual(expected);
    for (const entry of readdirSync(join(folder.path, 'd'), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && /\d{6}$/.test(entry.name))
        writeFileSync(join(entry.path, entry.name), 'not what was there');
    expect(await found()).toEqual(expected);
  });
});
