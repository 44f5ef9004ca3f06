import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import { type Index, ops, scope, slice, tensor } from '../index.js';

const x = ops.arange(24).view([2, 3, 4]); // x[i][j][k] = 12 i + 4 j + k

describe('index', () => {
  test.each<[string, Index[], number[]]>([
    ['x[1]', [1], [3, 4]],
    ['x[-1, 0]', [-1, 0], [4]],
    ['x[1, 2, 3]', [1, 2, 3], []],
    ['x[:, 1:]', [slice(), slice(1)], [2, 2, 4]],
    ['x[:, :, ::2]', [slice(), slice(), slice(null, null, 2)], [2, 3, 2]],
    ['x[..., 0]', ['...', 0], [2, 3]],
    ['x[0, ...]', [0, '...'], [3, 4]],
    ['x[0, ..., 1]', [0, '...', 1], [3]],
    ['x[...]', ['...'], [2, 3, 4]],
    ['x[None]', [null], [1, 2, 3, 4]],
    ['x[:, None, 0]', [slice(), null, 0], [2, 1, 4]],
    ['x[..., None]', ['...', null], [2, 3, 4, 1]],
    ['x[1:1]', [slice(1, 1)], [0, 3, 4]],
    ['x[-9:9]', [slice(-9, 9)], [2, 3, 4]],
    ['x[]', [], [2, 3, 4]],
    ['x[tensor([1, 0, 1])]', [tensor([1n, 0n, 1n])], [3, 3, 4]],
    ['x[:, tensor([0, 2])]', [slice(), tensor([0n, 2n])], [2, 2, 4]],
    ['x[0, :, tensor([[0, 1]])]', [0, slice(), tensor([[0n, 1n]])], [3, 1, 2]],
    ['x[tensor([0, 1]), tensor([2, 0])]', [tensor([0n, 1n]), tensor([2n, 0n])], [2, 4]],
    ['x[tensor([0, 1]), :, tensor([2, 0])]', [tensor([0n, 1n]), slice(), tensor([2n, 0n])], [2, 3]],
    ['x[x > 20]', [x.gt(20)], [3]],
    ['x[mask of rows]', [tensor([false, true])], [1, 3, 4]],
    ['x[:, mask of columns]', [slice(), tensor([true, false, true])], [2, 2, 4]],
    ['x[mask of two dimensions, 0]', [x.select(2, 0).gt(4), 0], [4]],
    ['x[None, tensor, None]', [null, tensor([0n]), null], [1, 1, 1, 3, 4]],
  ])('%s has shape', (_, indices, shape) => expect(x.index(...indices).shape).toEqual(shape));

  test('selects the right elements', () => {
    expect(x.index(1, 2, 3).item()).toBe(23);
    expect(x.index(0, slice(1, 3), slice(null, null, 3)).toArray()).toEqual([
      [4, 7],
      [8, 11],
    ]);
    expect(x.index('...', -1).toArray()).toEqual([
      [3, 7, 11],
      [15, 19, 23],
    ]);
    expect(x.index(x.gt(20)).toArray()).toEqual([21, 22, 23]);
    expect(x.index(tensor([1n]), slice(), tensor([2n])).toArray()).toEqual([[14, 18, 22]]);
    expect(x.slice(1).toArray()).toEqual([x.index(1).toArray()]);
    expect(ops.arange(6).slice(1, 6, 2).toArray()).toEqual([1, 3, 5]);
  });

  test('views share memory, tensors copy', () => {
    const y = ops.zeros([2, 2]);
    y.index(0).add_(1);
    y.index(tensor([1n])).add_(9);
    expect(y.toArray()).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(y.index()).not.toBe(y);
    expect(y.index().storage.key).toBe(y.storage.key);
  });

  test('gradients flow back', () => {
    const y = ops.zeros([3]).requires_grad_();
    y.index(tensor([0n, 0n, 2n]))
      .sum()
      .backward();
    expect(y.grad?.toArray()).toEqual([2, 0, 1]);
  });

  test.each<[string, Index[], RegExp]>([
    ['too many', [0, 0, 0, 0], /at most 3 indices .* received 4 indices/],
    ['two ellipses', ['...', '...'], /one '\.\.\.'/],
    ['out of range', [2], /select.*out of range/],
    ['a fraction', [0.5], /expected int for 'index'/],
    ['a backward step', [slice(null, null, -1)], /step must be positive/],
    ['indices out of range', [tensor([7n])], /out of bounds/],
    ['a mask of another size', [tensor([true])], /mask|shape/],
    ['a boolean', [true as never], /received true/],
    ['text', ['x' as never], /received 'x'/],
    ['undefined', [undefined as never], /received undefined/],
  ])('refuses %s', (_, indices, message) => {
    expect(errorOf(() => x.index(...indices)).message).toMatch(message);
  });

  test('intermediate views are freed', () => {
    scope(() => {
      const before = liveTensors();
      const y = x.index(0, slice(1), null, 2, '...');
      expect(liveTensors()).toBe(before + 1);
      y.indexPut_([0], 1);
      expect(liveTensors()).toBe(before + 1);
    });
  });
});

describe('indexPut_', () => {
  test('numbers, tensors and booleans, in place', () => {
    const y = ops.zeros([2, 3]);
    expect(y.indexPut_([0], 1)).toBe(y);
    y.indexPut_([slice(), 2], tensor([7, 8]));
    y.indexPut_([1, tensor([0n, 1n])], tensor([5, 6]));
    expect(y.toArray()).toEqual([
      [1, 1, 7],
      [5, 6, 8],
    ]);
    y.indexPut_([y.gt(6)], 0);
    expect(y.toArray()).toEqual([
      [1, 1, 0],
      [5, 6, 0],
    ]);
    expect(tensor([false, false]).indexPut_([1], true).toArray()).toEqual([false, true]);
    expect(
      tensor([1n, 2n])
        .indexPut_([tensor([0n])], 9n)
        .toArray(),
    ).toEqual([9n, 2n]);
  });

  test('broadcasts, and refuses what does not', () => {
    const y = ops.zeros([2, 2]);
    expect(y.indexPut_([], tensor([1, 2])).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(errorOf(() => y.indexPut_([0], tensor([1, 2, 3]))).code).toBe('torch/operator');
  });
});
