import { expect, it } from 'vitest';
import { batchNorm, crossEntropy, dropout, leakyReLU, pool, softmax } from './arithmetic.js';

it('has a smaller slope below zero', () => {
  expect([leakyReLU(-2, 0.1), leakyReLU(0, 0.1), leakyReLU(3, 0.1)]).toEqual([-0.2, 0, 3]);
});

it('pools blocks', () => {
  const grid = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
  expect(pool(grid, 4, 2, 'max')).toEqual([6, 8, 14, 16]);
  expect(pool(grid, 4, 2, 'mean')).toEqual([3.5, 5.5, 11.5, 13.5]);
});

it('normalises a batch to the given deviation and mean', () => {
  const { mean, variance, output } = batchNorm([1, 2, 3, 6], 2, 5);
  expect([mean, variance]).toEqual([3, 3.5]);
  const again = batchNorm(output, 1, 0);
  expect(again.mean).toBeCloseTo(5, 6);
  expect(Math.sqrt(again.variance)).toBeCloseTo(2, 4);
});

it('drops values by their draws and keeps the expected sum', () => {
  expect(dropout([1, 2, 3, 4], [0.1, 0.5, 0.49, 0.9], 0.5)).toEqual([0, 4, 0, 8]);
});

it('equals softmax and cross_entropy of PyTorch 1.13', () => {
  // F.softmax(torch.tensor([2., 1., 0.1]), 0); F.cross_entropy(..., torch.tensor(0)); ..., labelSmoothing=0.1
  for (const [i, p] of softmax([2, 1, 0.1]).entries())
    expect(p).toBeCloseTo([0.6590011, 0.242433, 0.0985659][i]!, 6);
  expect(crossEntropy([2, 1, 0.1], 0)).toBeCloseTo(0.41703, 6);
  expect(crossEntropy([2, 1, 0.1], 0, 0.1)).toBeCloseTo(0.5136967, 6);
});
