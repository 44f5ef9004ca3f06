import { describe, expect, test } from 'vitest';
import { callOp, Generator, manualSeed, ops, type Tensor, tensor } from '../index.js';

const call = (name: string, ...args: unknown[]) => callOp(name, ...args) as Tensor;
const values = (x: unknown): unknown => (x as Tensor).toArray();

describe('overload resolution', () => {
  const x = tensor([
    [1, 4],
    [3, 2],
  ]);

  test('sum', () => {
    expect(x.sum().item()).toBe(10);
    expect(values(x.sum([1]))).toEqual([5, 5]);
    expect(x.sum({ dtype: 'int64' }).item()).toBe(10n);
    expect(x.sum([0], true, { dtype: 'float64' }).shape).toEqual([1, 2]);
  });

  test('mean', () => {
    expect(x.mean().item()).toBe(2.5);
    expect(values(x.mean([0]))).toEqual([2, 3]);
    expect(values(x.mean(0, { keepdim: true }))).toEqual([[2, 3]]);
  });

  test('max: of all, along a dimension, of two', () => {
    expect(x.max().item()).toBe(4);
    const [most, where] = x.max(1);
    expect([values(most), values(where)]).toEqual([
      [4, 3],
      [1n, 0n],
    ]);
    expect(values(x.max(1, true)[0])).toEqual([[4], [3]]);
    expect(
      values(
        x.max(
          tensor([
            [2, 2],
            [2, 2],
          ]),
        ),
      ),
    ).toEqual([
      [2, 4],
      [3, 2],
    ]);
  });

  test('to: dtype, other, device, device and dtype, named', () => {
    expect(x.to('float64').dtype).toBe('float64');
    expect(x.to(tensor(1n)).dtype).toBe('int64');
    expect(x.to('cpu').dtype).toBe('float32');
    expect(x.to('meta').device).toBe('meta');
    expect(x.to('cpu', 'int32').dtype).toBe('int32');
    expect(x.to({ dtype: 'bool', copy: true }).dtype).toBe('bool');
    expect(x.to('meta', { copy: true }).device).toBe('meta');
  });

  test('split: by size, by sizes', () => {
    const row = ops.arange(5);
    expect(row.split(2).map((part) => part.shape)).toEqual([[2], [2], [1]]);
    expect(row.split([1, 4]).map((part) => part.shape)).toEqual([[1], [4]]);
    expect(x.split(1, 1).map((part) => part.shape)).toEqual([
      [2, 1],
      [2, 1],
    ]);
  });

  test('pow: tensor and number on either side', () => {
    const base = tensor([2, 3]);
    expect(values(base.pow(2))).toEqual([4, 9]);
    expect(base.pow(0.5).sum().item()).toBeCloseTo(Math.SQRT2 + Math.sqrt(3), 5);
    expect(values(base.pow(tensor([3, 2])))).toEqual([8, 9]);
    expect(values(ops.pow(2, tensor([3, 4])))).toEqual([8, 16]);
  });

  test('arange: end, start and end, step, floats', () => {
    expect(values(ops.arange(3))).toEqual([0, 1, 2]);
    expect(values(ops.arange(2, 4))).toEqual([2, 3]);
    expect(values(ops.arange(0, 1, 0.25))).toEqual([0, 0.25, 0.5, 0.75]);
    expect(values(ops.arange(0, 4, { step: 2 }))).toEqual([0, 2]);
    expect(ops.arange(3).dtype).toBe('float32');
    expect(ops.arange(3, { dtype: 'int64' }).dtype).toBe('int64');
    expect(ops.arange(3, { dtype: undefined as never }).dtype).toBe('float32');
    expect(call('aten::arange', 3).dtype).toBe('int64');
  });

  test('randint', () => {
    manualSeed(0);
    const drawn = ops.randint(3, 5, [100]);
    expect(drawn.dtype).toBe('int64');
    expect([drawn.min().item(), drawn.max().item()]).toEqual([3n, 4n]);
    expect(ops.randint(2, [3], { dtype: 'float32' }).dtype).toBe('float32');
    using generator = new Generator(1);
    expect(ops.randint(2, [3], { generator }).shape).toEqual([3]);
  });

  test('where: condition alone, tensors, numbers', () => {
    const condition = tensor([true, false]);
    expect(values(ops.where(condition)[0])).toEqual([0n]);
    expect(values(ops.where(condition, tensor([1, 2]), tensor([3, 4])))).toEqual([1, 4]);
    expect(values(ops.where(condition, tensor([1, 2]), 0))).toEqual([1, 0]);
    expect(values(ops.where(condition, 0.5, tensor([3, 4])))).toEqual([0.5, 4]);
    expect(values(ops.where(condition, 1, 2))).toEqual([1n, 2n]);
  });

  test('normal: numbers, tensors, both', () => {
    manualSeed(0);
    expect(ops.normal(0, 1, [2, 3]).shape).toEqual([2, 3]);
    expect(
      ops
        .normal(tensor([0, 100]), 0.001)
        .round()
        .toArray(),
    ).toEqual([0, 100]);
    expect(
      ops
        .normal(5, tensor([0.001, 0.001]))
        .round()
        .toArray(),
    ).toEqual([5, 5]);
    expect(
      ops
        .normal(tensor([1, 2]), tensor([0.001, 0.001]))
        .round()
        .toArray(),
    ).toEqual([1, 2]);
  });

  test('std and var: unbiased, dimensions, correction', () => {
    const row = tensor([1, 2, 3, 4]);
    const close = (x: Tensor, y: number) => expect(x.item()).toBeCloseTo(y, 5);
    close(row.var(), 5 / 3);
    close(row.var(false), 1.25);
    close(row.var([0]), 5 / 3);
    close(row.var([0], { correction: 0 }), 1.25);
    close(row.var([0], false), 1.25);
    close(row.std(), Math.sqrt(5 / 3));
    expect(x.std(0, true, true).shape).toEqual([1, 2]);
  });

  test('index: with and without gaps', () => {
    expect(values(ops.index(x, [tensor([1n])]))).toEqual([[3, 2]]);
    expect(values(ops.index(x, [null, tensor([1n])]))).toEqual([[4], [2]]);
    expect(values(ops.index(x, [x.gt(2)]))).toEqual([4, 3]);
  });

  test('an overload by name', () => {
    expect(values(call('aten::add.Scalar', tensor([1]), 1, 2))).toEqual([3]);
    expect(values(call('add', tensor([1]), 1))).toEqual([2]);
    expect(() => callOp('aten::add.Scalar', x, x)).toThrow("expected Scalar for 'other'");
  });

  test('the same call with other kinds finds another overload', () => {
    const add = (other: unknown) => call('aten::add', tensor([1n]), other).dtype;
    expect([add(1), add(tensor([0.5])), add(0.5), add(1n), add(true)]).toEqual([
      'int64',
      'float32',
      'float32',
      'int64',
      'int64',
    ]);
  });

  test('named arguments in any order, and all of them by name', () => {
    const video = ops.ones([1, 1, 4, 4, 4]);
    const weight = ops.ones([1, 1, 2, 2, 2]);
    const one = call('aten::conv3d', video, weight, { padding: 1, stride: 2 });
    const other = call('aten::conv3d', { stride: 2, weight, padding: 1, input: video });
    expect(values(one)).toEqual(values(other));
  });
});
