import { expect, test } from 'vitest';
import { lossRange, rate, rowsOf, settingsOf, spaceOf } from './searches.js';

test('a search space becomes rows, and the chosen ones a space again', () => {
  const space = { lr: { log: [0.001, 0.1] }, labelSmoothing: { lin: [0, 0.2] } } as const;
  const rows = rowsOf(space as never);
  expect(spaceOf(rows)).toEqual(space);
  expect(spaceOf(rows.map((row) => ({ ...row, chosen: row.key === 'lr' })))).toEqual({
    lr: { log: [0.001, 0.1] },
  });
});

test('the losses that are shown are those of the descent', () => {
  const steps = [2, 2, 1.5, 1, 9, 40].map((smoothed, i) => ({ lr: 10 ** i, loss: smoothed, smoothed }));
  const [low, high] = lossRange({ steps });
  expect([low < 1, high > 2, high < 9]).toEqual([true, true, true]);
  expect(rate(0.001234)).toBe(0.0012);
});

test('settings of a trial keep the other parts of a key', () => {
  expect(
    settingsOf({ lr: 0.1, 'augment.rotation': 5 }, { augment: { rotation: 10, translate: 0.1 }, lr: 1 }),
  ).toEqual({
    lr: 0.1,
    augment: { rotation: 5, translate: 0.1 },
  });
  expect(settingsOf({ 'a.b': 1, 'a.c': 2 }, {})).toEqual({ a: { b: 1, c: 2 } });
});
