/** Several processes train what one trains: the same curve, the same clips, the same weights on all. */
import { readFileSync, rmSync } from 'node:fs';
import { distributed } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchPlaces } from '../../data/load/order.js';
import { runFolderOf } from '../../run/run-folder.js';
import { LABELS, TinyData } from '../tiny-run.test.util.js';
import { expectSameAsOne, trainRanks } from './ranks.test.util.js';

const enough = distributed.features().gloo;
let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

test('the places of every batch are shared without loss or overlap', () => {
  for (const [size, clips] of [
    [2, 37],
    [3, 40],
    [8, 5],
  ] as const) {
    const places = [0, 1, 2, 3].flatMap((batch) =>
      Array.from({ length: size }, (_, index) =>
        batchPlaces(batch, 12, clips, { index, count: size }),
      ).flat(),
    );
    expect(places).toEqual([...Array(Math.min(48, clips)).keys(), ...places.slice(clips)]);
  }
});

describe.skipIf(!enough)('two processes', () => {
  test('with batch norm over both train as one does, checkpointing or not: 10 steps, and every evaluation', async () => {
    await expectSameAsOne(data, 2);
  });

  test('dropout, parts, averages and own batch norms: stopped and resumed, the very bits', async () => {
    const common = { model: 'SingleFrameSmall', batchSize: 4, accumulateSteps: 2, emaDecay: 0.9 };
    const whole = data.configFile('whole', { ...common, epochs: 3 });
    const [expected] = await trainRanks([whole, whole]);
    const half = data.configFile('halves', { ...common, epochs: 1 });
    await trainRanks([half, half]);
    const rest = data.configFile('halves', { ...common, epochs: 3 });
    const [resumed, other] = await trainRanks([rest, rest], 'resume');
    expect(resumed!.result).toEqual(expected!.result);
    expect(other!.result!.weights).toBe(expected!.result!.weights);
    const metrics = ['whole', 'halves'].map((name) =>
      readFileSync(runFolderOf(data.config(name)).metrics, 'utf8'),
    );
    expect(metrics[1]).toBe(metrics[0]);
  });

  test('with different settings refuse, and say which', async () => {
    const files = [
      data.configFile('a', { lr: 0.1, batchSize: 4 }),
      data.configFile('b', { name: 'a', lr: 0.2, batchSize: 4, workers: 1 }),
    ];
    for (const { code, stderr } of await trainRanks(files)) {
      expect(code).toBe(1);
      expect(stderr).toContain('rank 1 differs from rank 0 in config.lr (0.1 there, 0.2 here)');
    }
  });

  test('with different lists refuse, and say so', async () => {
    const lines = ['1', '2', '3', '4'].map((id) => `${id};${LABELS[0]}`);
    const shorter = data.write('shorter.csv', lines.slice(0, 3));
    const files = [data.write('longer.csv', lines), shorter].map((trainList, rank) =>
      data.configFile(`lists-${rank}`, { name: 'lists', batchSize: 2, trainList }),
    );
    for (const { code, stderr } of await trainRanks(files)) {
      expect(code).toBe(1);
      expect(stderr).toContain('rank 1 differs from rank 0 in lists.train.clips (4 there, 3 here)');
    }
  });

  test('a bad clip of rank 1 is listed by rank 0', async () => {
    rmSync(data.at('clips', '7'), { recursive: true });
    const file = data.configFile('bad', { batchSize: 2, epochs: 1, maxBadFraction: 0.5 });
    expect((await trainRanks([file, file])).map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(readFileSync(runFolderOf(data.config('bad')).badClips, 'utf8')).toContain('clips/7');
  });
});
