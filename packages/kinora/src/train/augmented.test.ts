/** An augmentation of the user's own: what it is given, and that runs with one repeat and resume exactly. */
import type { Frames, Random } from '@kinora/clip';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClipAugmentation } from './augmented.js';
import { trainRun } from './run.js';
import { losses, outcome, TinyData, trainSession } from './tiny-run.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

/** A new brightness for every clip. */
const dim: ClipAugmentation = ({ data }, random) => {
  const factor = random.uniform(0.5, 1);
  for (const [i, value] of data.entries()) data[i] = value * factor;
};

test('gets every clip of every training batch once, as the network sees it', async () => {
  const config = data.config('seen', { epochs: 2 });
  const seen: Frames[] = [];
  const draws: number[] = [];
  const augment = (clip: Frames, random: Random) => {
    seen.push({ ...clip, data: clip.data.slice() });
    draws.push(random.uint32());
  };
  await trainSession(config, { augment });
  const { height, width } = config.crop;
  expect(seen).toHaveLength(2 * 3 * 3); // epochs, batches, clips
  for (const clip of seen) {
    expect(clip).toMatchObject({ count: 1, height, width });
    expect(clip.data).toHaveLength(height * width * 3);
  }
  expect(new Set(draws).size).toBe(draws.length);
});

test('changes what is learned, the same way each time, and across an interruption', async () => {
  const plain = data.config('plain');
  const [first, again, stopped] = ['first', 'again', 'stopped'].map((name) => data.config(name));
  await trainSession(plain);
  await trainSession(first!, { augment: dim });
  await trainSession(again!, { augment: dim });
  expect(losses(first!)).not.toEqual(losses(plain));
  expect(losses(again!)).toEqual(losses(first!));

  await trainSession(stopped!, { augment: dim, stopAt: { task: 'epoch 1', update: 2 } });
  await trainSession(stopped!, { augment: dim, resume: true });
  expect(outcome(stopped!).files).toEqual(outcome(first!).files);
});

test('its error ends the training', async () => {
  const augment = () => {
    throw new Error('no such pixel');
  };
  await expect(trainRun(data.config('broken'), { augment })).rejects.toThrow('no such pixel');
});

test('a run needs only what differs from the defaults, and says what is wrong with it', async () => {
  const { best, folder } = await trainRun(data.input('as-written', { epochs: 1 }));
  expect([best?.epoch, folder.path]).toEqual([1, data.at('runs', 'as-written')]);
  const wrong = { ...data.input('wrong'), epochs: 1.5 };
  await expect(trainRun(wrong)).rejects.toThrow(/^configuration, epochs: expected .*, received 1.5/);
});
