import { afterAll, beforeAll, expect, test } from 'vitest';
import { linked } from '../../run/generations.js';
import { runFolderOf } from '../../run/run-folder.js';
import { TinyData, trainSession } from '../../train/tiny-run.test.util.js';
import { wordsToGoOn } from './restart.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const LAST = ['--resume-from', 'last'];

test('a run that has not begun begins anew; one that has goes on', async () => {
  const words = wordsToGoOn(data.config('anew', { epochs: 1 }), undefined);
  expect(words()).toEqual([]);
  await trainSession(data.config('anew', { epochs: 1 }));
  expect(words()).toEqual(LAST);
});

test('--resume-from best counts until the run has gone back there, once', async () => {
  const config = data.config('back', { epochs: 1 });
  const { checkpoints } = runFolderOf(config);
  await trainSession(config);
  // A step further, not evaluated: the last checkpoint is no longer the best.
  const further = data.config('back', { epochs: 2 });
  await trainSession(further, { resume: true, stopAt: { task: 'epoch 2', update: 1 } });
  const [last, best] = [linked(checkpoints, 'last'), linked(checkpoints, 'best')];
  expect(last).not.toBe(best);

  const words = wordsToGoOn(further, 'best');
  expect(words()).toEqual([]);
  await trainSession(further, { resume: 'best', stopAt: { task: 'epoch 2', update: 2 } });
  expect(linked(checkpoints, 'best')).toBe(best);
  expect(linked(checkpoints, 'last')).not.toBe(last);
  expect(words()).toEqual(LAST);
});
