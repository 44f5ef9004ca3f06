import { expect, it } from 'vitest';
import { accuracyOf, extend, lossOf, onOneAxis } from './curves.js';

const first = {
  steps: [
    { step: 1, loss: 2, lr: 0.1 },
    { step: 2, loss: null, lr: 0.1 },
    { step: 3, loss: 1, lr: 0.1 },
  ],
  epochs: [{ epoch: 1, step: 2, top1: 0.5, val_loss: 1.5, val_top1: 0.25 }],
  last: 3,
};

it('puts curves that were measured at different steps on one axis', () => {
  const { x, curves } = onOneAxis(lossOf(first, 'a', false));
  expect(x).toEqual([1, 2, 3]);
  expect(curves.map(({ values }) => values)).toEqual([
    [2, null, 1],
    [null, 1.5, null],
  ]);
  expect(
    onOneAxis(accuracyOf(first, 'a', true)).curves.map(({ values, dashed }) => [values, dashed]),
  ).toEqual([
    [[0.5], true],
    [[0.25], true],
  ]);
});

it('appends later steps, and begins anew when a run was started again', () => {
  const epochs = [{ epoch: 2, step: 4, top1: 0.75 }];
  const more = { steps: [{ step: 4, loss: 0.5, lr: 0.1 }], epochs, last: 4 };
  expect(extend(first, more).steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(extend(first, more).epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(extend(undefined, first)).toBe(first);
  const again = { steps: [], epochs: [], last: -1 };
  expect(extend(first, again)).toBe(again);
});
