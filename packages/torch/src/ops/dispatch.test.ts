import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import { callOp, type DType, Generator, ops, scope, type Tensor, tensor } from '../index.js';
import { expectOrder } from './fuzz.test.util.js';

const call = (name: string, ...args: unknown[]) => callOp(name, ...args) as Tensor;
const values = (x: unknown): unknown => (x as Tensor).toArray();

describe('arguments by schema type', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test('Tensor', () => {
    expect(
      values(
        call(
          'aten::mm',
          x,
          tensor([
            [1, 0],
            [0, 1],
            [1, 1],
          ]),
        ),
      ),
    ).toEqual([
      [4, 5],
      [10, 11],
    ]);
  });

  test('Tensor?: given, null and left out', () => {
    const [input, weight, bias] = [tensor([[1, 2]]), tensor([[3, 4]]), tensor([10])];
    expect(values(call('aten::linear', input, weight, bias))).toEqual([[21]]);
    expect(values(call('aten::linear', input, weight, null))).toEqual([[11]]);
    expect(values(call('aten::linear', input, weight))).toEqual([[11]]);
    expect(values(call('aten::linear', input, weight, { bias: null }))).toEqual([[11]]);
    expect(values(call('aten::linear', input, weight, { bias: undefined }))).toEqual([[11]]);
  });

  test('Tensor[], also empty', () => {
    expect(call('aten::cat', [x, x], 1).shape).toEqual([2, 6]);
    expect(errorOf(() => callOp('aten::cat', [])).message).toContain('expected a non-empty list of Tensors');
  });

  test('Tensor?[]: gaps leave dimensions alone', () => {
    const second = tensor([2n, 0n]);
    expect(values(call('aten::index', x, [null, second]))).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(values(call('aten::index', x, [undefined, second]))).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(values(call('aten::index', x, [tensor([1n])]))).toEqual([[4, 5, 6]]);
  });

  test('Scalar: integers stay integers, fractions make floats, booleans booleans', () => {
    const ints = tensor([1n, 2n]);
    expect(call('aten::add', ints, 1).dtype).toBe('int64');
    expect(call('aten::add', ints, 1n).dtype).toBe('int64');
    expect(call('aten::add', ints, 1.5).dtype).toBe('float32');
    expect(call('aten::add', tensor([true]), true).dtype).toBe('bool');
    expect(values(call('aten::mul', ints, 2n ** 60n))).toEqual([2n ** 60n, 2n ** 61n]);
    expect(values(call('aten::mul', tensor([1]), 1e300))).toEqual([Number.POSITIVE_INFINITY]);
  });

  test('Scalar[]', () => {
    const [sum] = callOp('aten::_foreach_add', [tensor([1, 2])], [10]) as Tensor[];
    expect(values(sum)).toEqual([11, 12]);
    const mixed = callOp('aten::_foreach_mul', [tensor([1]), tensor([1])], [2, 0.5]) as Tensor[];
    expect(mixed.map(values)).toEqual([[2], [0.5]]);
  });

  test('int, as number or bigint', () => {
    expect(call('aten::select', x, 0, 1).shape).toEqual([3]);
    expect(call('aten::select', x, 0n, 1n).shape).toEqual([3]);
    expect(values(call('aten::select', x, -1, -1))).toEqual([3, 6]);
  });

  test('int[]', () => {
    expect(call('aten::view', x, [3, 2]).shape).toEqual([3, 2]);
    expect(call('aten::view', x, [3n, -1]).shape).toEqual([3, 2]);
    expect(call('aten::view', tensor([5]), []).shape).toEqual([]);
  });

  test('int[N]: one number stands for all N', () => {
    const video = ops.arange(64).view([1, 1, 4, 4, 4]);
    expect(call('aten::max_pool3d', video, 2).shape).toEqual([1, 1, 2, 2, 2]);
    expect(call('aten::max_pool3d', video, [1, 2, 4]).shape).toEqual([1, 1, 4, 2, 1]);
    const weight = ops.ones([1, 1, 2, 2, 2]);
    const strided = call('aten::conv3d', video, weight, null, 2);
    expect(strided.shape).toEqual([1, 1, 2, 2, 2]);
    expect(values(strided)).toEqual(values(call('aten::conv3d', video, weight, null, [2, 2, 2])));
    expect(call('aten::conv3d', video, weight, { padding: 1 }).shape).toEqual([1, 1, 5, 5, 5]);
  });

  test('int[]?: null is not the empty list', () => {
    expect(call('aten::sum', x, null).item()).toBe(21);
    expect(values(call('aten::sum', x, [0]))).toEqual([5, 7, 9]);
    expect(values(call('aten::sum', x, 0))).toEqual([5, 7, 9]);
  });

  test('float, from integers and bigints too', () => {
    expect(call('aten::nan_to_num', tensor([Number.NaN]), 2.5).item()).toBe(2.5);
    expect(call('aten::nan_to_num', tensor([Number.NaN]), 2).item()).toBe(2);
    expect(call('aten::nan_to_num', tensor([Number.NaN]), 2n).item()).toBe(2);
  });

  test('float[], from integers too', () => {
    const image = ops.ones([1, 1, 2, 2]);
    for (const scale of [
      [1.5, 2],
      [2, 2],
      [2n, 2],
    ])
      expect(call('aten::upsample_nearest2d.vec', image, null, scale).shape).toEqual([
        1,
        1,
        Math.floor(2 * Number(scale[0])),
        4,
      ]);
  });

  test('bool', () => {
    expect(call('aten::sum', x, [0], true).shape).toEqual([1, 3]);
    expect(call('aten::sum', x, [0], { keepdim: true }).shape).toEqual([1, 3]);
  });

  test('bool[]', () => {
    const results = callOp(
      'aten::native_group_norm_backward',
      ops.ones([1, 2, 1]),
      ops.ones([1, 2, 1]),
      ops.zeros([1, 1]),
      ops.ones([1, 1]),
      ops.ones([2]),
      1,
      2,
      1,
      1,
      [true, false, true],
    ) as (Tensor | null)[];
    expect(results.map((result) => result?.shape ?? null)).toEqual([[1, 2, 1], null, [2]]);
  });

  test('str', () => {
    expect(call('aten::einsum', 'ij->j', [x]).shape).toEqual([3]);
    expect(values(call('aten::div', tensor([7, -7]), 2, { rounding_mode: 'floor' }))).toEqual([3, -4]);
    const video = ops.ones([1, 1, 3, 3, 3]);
    const kernel = ops.ones([1, 1, 3, 3, 3]);
    expect(call('aten::conv3d', video, kernel, { padding: 'same' }).shape).toEqual([1, 1, 3, 3, 3]);
  });

  const allDTypes: DType[] = [
    'uint8',
    'int8',
    'int16',
    'int32',
    'int64',
    'float16',
    'float32',
    'float64',
    'bool',
    'bfloat16',
    'complex64',
    'complex128',
  ];
  test.each(allDTypes)('dtype %s', (dtype) => {
    expect(call('aten::zeros', [1], { dtype }).dtype).toBe(dtype);
    expect(call('aten::to', x, dtype).dtype).toBe(dtype);
    expect(call('aten::sum', x, { dtype }).dtype).toBe(dtype);
  });

  test('dtype: null is the default', () =>
    expect(call('aten::zeros', [1], { dtype: null }).dtype).toBe('float32'));

  test('device', () => {
    expect(call('aten::zeros', [1], { device: 'meta' }).device).toBe('meta');
    expect(call('aten::to', x, 'cpu', 'float64').device).toBe('cpu');
    expect(errorOf(() => callOp('aten::zeros', [1], { device: 'gpu' })).message).toContain(
      "expected Device? for 'device', received 'gpu'",
    );
  });

  test('layout', () => {
    expect(call('aten::zeros', [1], { layout: 'strided' }).shape).toEqual([1]);
    const sparse = call('aten::zeros', [2], { layout: 'sparse_coo' });
    expect(callOp('aten::_nnz', sparse)).toBe(0);
  });

  test('memory format', () => {
    const image = ops.zeros([2, 3, 4, 5]);
    const strides = (format: string) => call('aten::contiguous', image, { memory_format: format }).strides;
    expect(strides('channels_last')).toEqual([60, 1, 15, 3]);
    expect(strides('contiguous_format')).toEqual([60, 20, 5, 1]);
    const video = call('aten::clone', ops.zeros([1, 2, 3, 4, 5]), { memory_format: 'channels_last_3d' });
    expect(video.strides).toEqual([120, 1, 40, 10, 2]);
  });

  test('generator', () => {
    using generator = new Generator(7);
    using again = new Generator(7);
    const drawn = values(call('aten::randn', [4], { generator }));
    expect(values(call('aten::randn', [4], { generator: again }))).toEqual(drawn);
    expect(values(call('aten::randn', [4], { generator }))).not.toEqual(drawn);
  });
});

describe('results', () => {
  test('several come as an array, none as undefined', () => {
    const results = ops.topk(tensor([3, 1, 2]), 2);
    expect(results.map(values)).toEqual([
      [3, 2],
      [0n, 2n],
    ]);
    expect(callOp('aten::_foreach_add_', [tensor([1])], 1)).toBeUndefined();
  });

  test('lists of tensors, integers, scalars, booleans, text', () => {
    expect(ops.chunk(ops.arange(4), 2)).toHaveLength(2);
    expect(callOp('aten::size', ops.zeros([2, 3]), 1)).toBe(3);
    expect(callOp('aten::is_floating_point', tensor(1))).toBe(true);
    expect(callOp('aten::_local_scalar_dense', tensor(2.5))).toBe(2.5);
    expect(callOp('aten::_local_scalar_dense', tensor(2n ** 60n))).toBe(2n ** 60n);
    expect(callOp('aten::equal', tensor([1]), tensor([1]))).toBe(true);
    expect(callOp('aten::result_type', tensor([1n]), tensor([0.5]))).toBe('float32');
  });

  test('in-place operators return the very same tensor', () => {
    const x = tensor([1, 2]);
    expect(x.add_(1)).toBe(x);
    expect(callOp('aten::relu_', x)).toBe(x);
    expect(x.requires_grad_()).toBe(x);
    expect(x.toArray()).toEqual([2, 3]);
  });

  test('out= writes to the tensor and returns it', () => {
    const out = ops.empty([0]);
    expect(callOp('aten::add', tensor([1]), tensor([2]), { out })).toBe(out);
    expect(out.toArray()).toEqual([3]);
  });

  test('several out= arguments, each the very same tensor', () => {
    const max = ops.empty([0]);
    const indices = ops.empty([0], { dtype: 'int64' });
    const results = callOp('aten::max', tensor([[1, 5]]), 1, { max, max_values: indices }) as Tensor[];
    expect([results[0] === max, results[1] === indices]).toEqual([true, true]);
    expect([values(max), values(indices)]).toEqual([[5], [1n]]);
  });

  test('calls that return their arguments leave no handle behind', () => {
    scope(() => {
      const x = tensor([1, 2]);
      const before = scope(() => liveTensors());
      for (let i = 0; i < 10; i++) x.add_(1);
      expect(liveTensors()).toBe(before);
    });
  });
});

test('random arguments are taken or refused, and never crash (the soak test has more)', () =>
  expectOrder(0, 1));
