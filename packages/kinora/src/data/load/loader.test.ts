/** Batches: the same whatever the workers, whole when clips are bad, and no thread left behind. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, getPriority } from 'node:os';
import { join } from 'node:path';
import { defaultSpec, type PreprocessSpec, prepareClip } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentSchema } from '../../config/clip-schema.js';
import { temporaryFolder, writeTestClip } from '../decode/fixtures.test.util.js';
import type { BadClip } from '../lists/bad-clips.js';
import type { ClipItem, ClipList } from '../lists/clip-list.js';
import { writeBadClips } from '../lists/write-lists.js';
import { openClip } from '../open.js';
import { readClip } from './clip-reader.js';
import { decodePool, defaultWorkers } from './decode-pool.js';
import { type Batch, type ClipLoader, clipLoader, type LoaderOptions } from './loader.js';
import { readAhead } from './read-ahead.js';

const labels = ['Swiping Left', 'Swiping Right', 'Thumb Up'];
const spec: PreprocessSpec = {
  ...defaultSpec(labels),
  frames: 4,
  crop: { height: 24, width: 24 },
  flipMap: { 'Swiping Left': 'Swiping Right', 'Swiping Right': 'Swiping Left' },
};
const augment = augmentSchema.parse({ flip: 0.5, brightness: 0.2, contrast: 0.2, hue: 0.05 });
const CLIPS = 11;

let folder: ReturnType<typeof temporaryFolder>;
let list: ClipList;

beforeAll(() => {
  folder = temporaryFolder();
  for (let i = 0; i < CLIPS; i++) writeTestClip(join(folder.path, `${i}`), 9 + i, 30, 40, i);
  list = { labels, items: Array.from({ length: CLIPS }, (_, i) => item(`${i}`, i % 3)), dropped: 0 };
});
afterAll(() => folder[Symbol.dispose]());

const item = (id: string, label: number): ClipItem => ({ id, path: join(folder.path, id), label });
const train = (more: Partial<LoaderOptions> = {}): ClipLoader =>
  clipLoader({ list, spec, batchSize: 3, training: { seed: 5, augment }, ...more });
const evaluate = (more: Partial<LoaderOptions> = {}): ClipLoader =>
  clipLoader({ list, spec, batchSize: 4, workers: 0, ...more });

/** What a batch holds, in a form that can be compared and kept. */
const digest = ({ clips, labels, indices, number }: Batch): string =>
  `${number}: ${indices} ${labels} ${createHash('sha1').update(clips).digest('hex')}`;

async function digests(loader: ClipLoader, epoch = 0, startBatch = 0): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of loader.epoch(epoch, { startBatch })) all.push(digest(batch));
  return all;
}

async function closing<T>(loader: ClipLoader, use: (loader: ClipLoader) => Promise<T>): Promise<T> {
  try {
    return await use(loader);
  } finally {
    await loader.close();
  }
}

describe('training', () => {
  test('equals itself, bit for bit, with 0, 1 and 2 workers', async () => {
    const epochs = (workers: number) =>
      closing(train({ workers }), async (loader) => [await digests(loader, 0), await digests(loader, 1)]);
    const alone = await epochs(0);
    expect(alone[0]).toHaveLength(3);
    expect(alone[0]).not.toEqual(alone[1]);
    expect(await epochs(1)).toEqual(alone);
    expect(await epochs(2)).toEqual(alone);
  });

  test('another seed gives other batches', async () => {
    const first = await closing(train({ workers: 0 }), digests);
    expect(await closing(train({ workers: 0, training: { seed: 6, augment } }), digests)).not.toEqual(first);
  });

  test('every clip once an epoch; the last batch only if it is full, or if asked for', async () => {
    const loader = train({ workers: 0, dropLast: false });
    const seen: number[] = [];
    for await (const batch of loader.epoch(0)) seen.push(...batch.indices);
    expect(seen.sort((a, b) => a - b)).toEqual([...Array(CLIPS).keys()]);
    expect([loader.batchesPerEpoch, train().batchesPerEpoch]).toEqual([4, 3]);
  });

  test('an epoch taken up again at a batch goes on as it would have', async () => {
    const whole = await closing(train({ workers: 1 }), digests);
    expect(await closing(train({ workers: 1 }), (loader) => digests(loader, 0, 1))).toEqual(whole.slice(1));
  });

  test('mirrored clips get the label of the mirrored gesture', async () => {
    const always = { seed: 1, augment: augmentSchema.parse({ flip: 1, rotation: 0, translate: 0 }) };
    for await (const { indices, labels: got } of train({ workers: 0, training: always }).epoch(0)) {
      expect([...got].map(Number)).toEqual([...indices].map((i) => [1, 0, 2][i % 3]));
    }
    const unmapped = { ...spec, flipMap: { 'Swiping Left': null, 'Swiping Right': null, 'Thumb Up': null } };
    const plain = { seed: 1, augment: augmentSchema.parse({ flip: 0, rotation: 0, translate: 0 }) };
    const kept = await closing(train({ workers: 0, training: always, spec: unmapped }), digests);
    expect(kept).toEqual(await closing(train({ workers: 0, training: plain, spec: unmapped }), digests));
  });

  test('balanced: every class equally often, a clip that comes again is drawn anew, whatever the workers', async () => {
    const few = { ...list, items: list.items.filter(({ label }, i) => label === 0 || i === 1) };
    const of = (workers: number) =>
      train({ workers, list: few, batchSize: 5, training: { seed: 5, augment, balanced: true } });
    const [batch] = await closing(of(0), async (loader) => {
      const made: string[][] = [];
      for await (const { clips, labels: got, indices } of loader.epoch(0)) {
        expect([...got].filter((label) => label !== 0n).length).toBeGreaterThanOrEqual(2);
        const bytes = clips.length / indices.length;
        const pixels = [...indices].map((_, i) => clips.slice(i * bytes, (i + 1) * bytes).join());
        made.push(pixels);
      }
      return made;
    });
    expect(new Set(batch).size).toBe(5);
    expect(await closing(of(2), digests)).toEqual(await closing(of(0), digests));
  });

  test('fewer clips than a batch', () => {
    expect(() => train({ batchSize: 12 })).toThrow(
      'expected at least one full batch, received 11 clips for a batch of 12',
    );
    expect(() => train({ spec: { ...spec, clips: -1 } })).toThrow('clips: expected a fixed number of clips');
  });
});

describe('evaluation', () => {
  test('in order, whole, without augmentation', async () => {
    const loader = evaluate();
    const indices: number[] = [];
    for await (const batch of loader.epoch(0)) {
      indices.push(...batch.indices);
      expect(batch.shape).toEqual([batch.indices.length, 4, 24, 24]);
      const source = await openClip(list.items[batch.indices[0]!]!.path);
      const first = prepareClip(await source.read([0, 2, 4, 6]), spec);
      expect(batch.clips.subarray(0, first.length)).toEqual(first);
      expect((await readClip(list.items[batch.indices[0]!]!, spec)).clip).toEqual(first);
    }
    expect(indices).toEqual([...Array(CLIPS).keys()]);
  });

  test('a part of a clip', async () => {
    const part = { ...list, items: [{ ...list.items[0]!, start: 0.5, end: 1 }] };
    const loader = evaluate({ list: part, spec: { ...spec, frameRate: 4, stride: 1, frames: 2 } });
    const source = await openClip(list.items[0]!.path);
    const expected = prepareClip(await source.read([2, 3]), spec);
    for await (const { clips } of loader.epoch(0)) expect(clips).toEqual(expected);
  });
});

describe('bad clips', () => {
  const spoiled = (...bad: number[]): ClipList => {
    const broken = join(folder.path, 'broken');
    mkdirSync(broken, { recursive: true });
    for (let t = 1; t < 9; t++) writeFileSync(join(broken, `${t}.jpg`), 'text');
    const empty = join(folder.path, 'empty');
    mkdirSync(empty, { recursive: true });
    const kinds = ['missing', 'empty', 'broken'];
    return {
      ...list,
      items: list.items.map((good, i) => (bad.includes(i) ? item(kinds[bad.indexOf(i) % 3]!, 0) : good)),
    };
  };

  test('are replaced in training, the same way with any number of workers, and reported once', async () => {
    const run = async (workers: number) => {
      const reported: BadClip[] = [];
      const options = {
        list: spoiled(2, 7, 9),
        maxBadFraction: 0.5,
        onBadClip: (clip: BadClip) => reported.push(clip),
      };
      const epochs = await closing(train({ ...options, workers, dropLast: false }), async (loader) => [
        await digests(loader, 0),
        await digests(loader, 1),
      ]);
      return { epochs, reported: reported.sort((a, b) => a.index - b.index) };
    };
    const alone = await run(0);
    expect(alone.epochs.map((epoch) => epoch.length)).toEqual([4, 4]);
    expect(alone.reported.map(({ index, id }) => [index, id])).toEqual([[2, 'missing'], [7, 'empty'], [9, 'broken']]); // biome-ignore format: pairs
    expect(alone.reported[2]!.reason).toMatch(
      /1\.jpg: expected a complete JPEG, received something that is not a JPEG$/,
    );
    expect(await run(2)).toEqual(alone);
  });

  test('do not change the batches that hold none of them, nor what a resumed epoch gives', async () => {
    const options = { list: spoiled(4), workers: 0 };
    const good = await closing(train({ workers: 0 }), digests);
    const whole = await closing(train(options), digests);
    expect(whole.filter((batch, i) => batch !== good[i]).length).toBeLessThanOrEqual(1);
    expect(await closing(train(options), (loader) => digests(loader, 0, 2))).toEqual(whole.slice(2));
  });

  test('are left out in evaluation', async () => {
    const loader = evaluate({ list: spoiled(0, 5), maxBadFraction: 0.2 });
    const good = new Map<number, Buffer>();
    for await (const { clips, indices } of evaluate().epoch(0)) {
      const size = clips.length / indices.length;
      for (const [i, index] of indices.entries())
        good.set(index, Buffer.from(clips.subarray(i * size, (i + 1) * size)));
    }
    const seen: number[] = [];
    for await (const { clips, indices } of loader.epoch(0)) {
      const size = clips.length / indices.length;
      for (const [i, index] of indices.entries()) {
        seen.push(index);
        expect(good.get(index)!.equals(clips.subarray(i * size, (i + 1) * size))).toBe(true);
      }
    }
    expect(seen).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10]);
    expect(loader.badClips.map(({ index }) => index)).toEqual([0, 5]);
  });

  test('above the limit are an error; one is always forgiven', async () => {
    await expect(closing(train({ list: spoiled(3, 4), workers: 1 }), digests)).rejects.toThrow(
      'expected at most 1 of 11 clips to be unreadable (maxBadFraction 0.01), received 2, the last: ',
    );
    expect(await closing(train({ list: spoiled(3) }), digests)).toHaveLength(3);
  });

  test('nothing left', async () => {
    const only = { ...list, items: [item('missing', 0)] };
    await expect(closing(evaluate({ list: only }), digests)).rejects.toThrow(
      'received 1, none of which can be read',
    );
    await expect(closing(train({ list: only, batchSize: 1, workers: 0 }), digests)).rejects.toThrow(
      'none of which can be read',
    );
  });

  test('are listed', () => {
    const file = join(folder.path, 'bad_clips.csv');
    writeBadClips(file, [{ index: 1, id: 'a', path: '/d/a', reason: 'expected x, received "y"' }]);
    expect(readFileSync(file, 'utf8')).toBe('id,path,reason\na,/d/a,"expected x, received ""y"""\n');
  });
});

describe('threads', () => {
  test('leaving an epoch early keeps them for the next', async () => {
    await closing(train({ workers: 2 }), async (loader) => {
      for await (const batch of loader.epoch(0)) {
        expect(batch.number).toBe(0);
        break;
      }
      expect(await digests(loader, 1)).toEqual(
        await closing(train({ workers: 0 }), (other) => digests(other, 1)),
      );
    });
  });

  test('two epochs at once are refused', async () => {
    await closing(train({ workers: 0 }), async (loader) => {
      const first = loader.epoch(0);
      await first.next();
      await expect(loader.epoch(1).next()).rejects.toThrow('one epoch of a loader at a time');
      await first.return();
      expect(await digests(loader)).toHaveLength(3);
    });
  });

  test.each(['throws', 'exhausts memory'])(
    'one that %s is an error with the clip, not a hang',
    async (how) => {
      const entry = new URL('./crash.test.worker.js', import.meta.url);
      const pool = decodePool(1, { spec, how } as never, entry);
      const job = (i: number) => ({
        item: list.items[i]!,
        draw: { epoch: 0, index: i, attempt: 0 },
        out: new Uint8Array(),
      });
      const answers = await Promise.allSettled([pool.run(job(3)), pool.run(job(4))]);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'data/worker-died' } });
        expect(String((answer as PromiseRejectedResult).reason.message)).toContain(
          `${list.items[3]!.path}: expected`,
        );
      }
      await expect(pool.run(job(5))).rejects.toThrow('expected its decoding thread to reply');
      await pool.close();
    },
  );

  test.skipIf(process.platform !== 'linux')('give way to the thread that trains (Linux)', async () => {
    const niceness = () =>
      readdirSync('/proc/self/task').map((id) => {
        const stat = readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
      });
    const own = getPriority();
    const before = niceness().filter((nice) => nice >= 10).length;
    await closing(train({ workers: 2 }), async (loader) => {
      await digests(loader);
      expect(niceness().filter((nice) => nice >= 10).length - before).toBe(loader.workers);
      expect(getPriority()).toBe(own);
    });
  });

  test('a process that forgets to close its loader ends all the same', () => {
    const program = `
      import { clipLoader } from ${JSON.stringify(new URL('./loader.js', import.meta.url).href)};
      const { list, spec } = JSON.parse(process.argv[1]);
      for await (const batch of clipLoader({ list, spec, batchSize: 2, workers: 2 }).epoch(0)) {
        console.log(batch.indices.length);
        break;
      }`;
    const argv = ['--input-type=module', '-e', program, JSON.stringify({ list, spec })];
    expect(execFileSync(process.execPath, argv, { encoding: 'utf8', timeout: 240_000 })).toBe('2\n');
  });

  describe('ended in the middle of decoding, an addon does not take the process with it', () => {
    const program = (ending: string): string => `
      import { clipLoader } from ${JSON.stringify(new URL('./loader.js', import.meta.url).href)};
      const [list, spec] = JSON.parse(process.argv[1]);
      const loader = clipLoader({ list, spec, batchSize: 2, workers: 2, training: { seed: 1 } });
      ${ending}`;
    const large = (): string => {
      const path = join(folder.path, 'large');
      writeTestClip(path, 4, 1200, 1600);
      const items = Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, path, label: 0 }));
      return JSON.stringify([{ labels, items, dropped: 0 }, spec]);
    };
    const run = (ending: string, input: string) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', program(ending), input], {
        encoding: 'utf8',
        timeout: 240_000,
      });

    test('by the end of the process', () => {
      const input = large();
      const ending = `for await (const batch of loader.epoch(0)) setTimeout(() => process.exit(3), 10 * Math.random());`;
      for (let i = 0; i < 6; i++) expect(run(ending, input)).toMatchObject({ status: 3, stderr: '' });
    });

    test('by a signal, again and again', () => {
      const ending = `
        for (let i = 0; i < 12; i++) {
          const controller = new AbortController();
          const { signal } = controller;
          const stopped = async () => {
            for await (const batch of loader.epoch(0, { signal })) setTimeout(() => controller.abort(), 10 * Math.random());
          };
          await stopped().catch((error) => console.log(error === signal.reason));
        }`;
      expect(run(ending, large())).toMatchObject({ status: 0, stdout: 'true\n'.repeat(12), stderr: '' });
    });
  });
});

test('reading ahead is bounded by the ring, and a released slot is filled at once', async () => {
  const slots = [new Uint8Array(1), new Uint8Array(1), new Uint8Array(1)];
  let begun = 0;
  const make = async (number: number) => {
    begun++;
    return { number };
  };
  const things = readAhead(slots, 0, 10, make, () => undefined);
  const first = (await things.next()).value!;
  expect(begun).toBe(3);
  first.release();
  first.release();
  expect(begun).toBe(4);
  expect((await things.next()).value!.value.number).toBe(1);
  expect(begun).toBe(4);
  await things.next();
  expect(begun).toBe(5);
  await things.return();
});

test('without a number there is a thread for each core, shared by the ranks of a host', () => {
  const cores = availableParallelism();
  expect(defaultWorkers({})).toBe(Math.min(16, cores));
  expect(defaultWorkers({ LOCAL_WORLD_SIZE: '2' })).toBe(Math.max(1, Math.min(16, Math.floor(cores / 2))));
  expect(defaultWorkers({ LOCAL_WORLD_SIZE: '1000000' })).toBe(1);
});
