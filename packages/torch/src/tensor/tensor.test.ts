import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import {
  callOp,
  type DType,
  dtypes,
  fromBytes,
  memoryStats,
  ops,
  scope,
  type Tensor,
  tensor,
} from '../index.js';

describe('what a tensor is', () => {
  test('shape, dtype, device, strides, ndim, numel', () => {
    const x = ops.zeros([2, 3, 4], { dtype: 'float64' });
    expect(x.shape).toEqual([2, 3, 4]);
    expect([x.dtype, x.device, x.ndim, x.numel]).toEqual(['float64', 'cpu', 3, 24]);
    expect(x.strides).toEqual([12, 4, 1]);
    expect(x.transpose(0, 2).strides).toEqual([1, 4, 12]);
  });

  test('contiguity', () => {
    const x = ops.zeros([2, 3]);
    expect([x.isContiguous, x.t().isContiguous, x.t().contiguous().isContiguous]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('no dimensions, no elements', () => {
    expect([tensor(1).shape, tensor(1).numel, tensor(1).ndim]).toEqual([[], 1, 0]);
    expect([ops.zeros([0, 3]).shape, ops.zeros([0, 3]).numel]).toEqual([[0, 3], 0]);
  });

  test('views share storage, copies do not', () => {
    const x = ops.arange(6);
    const row = x.view([2, 3]).select(0, 1);
    expect(row.storage).toEqual({ key: x.storage.key, offset: 3, bytes: 24 });
    expect(x.clone().storage.key).not.toBe(x.storage.key);
  });

  test('a leaf does not come from an operator', () => {
    const x = tensor([1], { requiresGrad: true });
    expect([x.isLeaf, x.requiresGrad]).toEqual([true, true]);
    const y = x.mul(2);
    expect([y.isLeaf, y.requiresGrad]).toEqual([false, true]);
  });
});

describe('reading back', () => {
  const written: [DType, unknown, unknown][] = [
    ['uint8', new Uint8Array([0, 255]), [0, 255]],
    ['int8', new Int8Array([-128, 127]), [-128, 127]],
    ['int16', new Int16Array([-32768, 32767]), [-32768, 32767]],
    ['int32', new Int32Array([-(2 ** 31), 2 ** 31 - 1]), [-(2 ** 31), 2 ** 31 - 1]],
    ['int64', new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]), [-(2n ** 63n), 2n ** 63n - 1n]],
    ['float32', new Float32Array([0.1, -0]), [Math.fround(0.1), -0]],
    ['float64', new Float64Array([0.1, 1e300]), [0.1, 1e300]],
    ['bool', new Uint8Array([1, 0]), [true, false]],
  ];
  test.each(written)('%s, exactly', (dtype, array, nested) => {
    const x = tensor(nested as number[], { dtype });
    expect(x.dtype).toBe(dtype);
    expect(x.toTypedArray()).toEqual(array);
    expect(x.toArray()).toEqual(nested);
    expect(Buffer.from(x.toBytes())).toEqual(Buffer.from((array as Uint8Array).buffer));
  });

  test.each([
    ['float16', [0, 60, 0, 192], [1, -2]], // 0x3c00, 0xc000
    ['bfloat16', [128, 63, 0, 192], [1, -2]], // 0x3f80, 0xc000
  ] as const)('%s widens to float32', (dtype, bytes, numbers) => {
    const x = tensor(numbers, { dtype });
    expect(x.dtype).toBe(dtype);
    expect(x.toTypedArray()).toEqual(new Float32Array(numbers));
    expect([...x.toBytes()]).toEqual(bytes);
    expect(fromBytes(new Uint8Array(bytes), dtype, [2]).toArray()).toEqual(numbers);
  });

  test('half precision rounds as IEEE 754 says', () => {
    const x = tensor([0.1, 65504, 65520, 5.96e-8, Number.NaN], { dtype: 'float16' });
    expect(x.toArray()).toEqual([0.0999755859375, 65504, Number.POSITIVE_INFINITY, 2 ** -24, Number.NaN]);
  });

  test.each(['complex64', 'complex128'] as const)('%s as pairs', (dtype) => {
    const x = tensor([1, 2], { dtype }).mul(tensor([1, 1], { dtype }));
    expect([...x.toTypedArray()]).toEqual([1, 0, 2, 0]);
    expect(x.toArray()).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(x.toBytes()).toHaveLength(2 * dtypes[dtype].size);
    const bytes = new Uint8Array(new Float64Array([3, -4]).buffer);
    expect(fromBytes(bytes, 'complex128', [1]).toArray()).toEqual([[3, -4]]);
  });

  test('in row-major order, whatever the strides', () => {
    const x = ops.arange(6).view([2, 3]);
    expect([...x.t().toTypedArray()]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...x.select(1, 1).toTypedArray()]).toEqual([1, 4]);
    expect([...tensor([7]).expand([3]).toTypedArray()]).toEqual([7, 7, 7]);
    expect(x.t().toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  test('a copy: later changes do not show', () => {
    const x = tensor([1, 2]);
    const before = x.toTypedArray();
    x.add_(1);
    expect([...before]).toEqual([1, 2]);
  });

  test('nothing, and one', () => {
    expect(ops.zeros([0, 2]).toTypedArray()).toEqual(new Float32Array(0));
    expect(ops.zeros([2, 0]).toArray()).toEqual([[], []]);
    expect(tensor(5).toArray()).toBe(5);
  });

  test('of a graph, without touching it', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect([...x.mul(2).toTypedArray()]).toEqual([2, 4]);
    expect(x.requiresGrad).toBe(true);
  });

  test('conjugate and negative views', () => {
    const x = fromBytes(new Uint8Array(new Float32Array([1, 2]).buffer), 'complex64', [1]);
    expect([...(callOp('aten::conj', x) as Tensor).toTypedArray()]).toEqual([1, -2]);
    const imaginary = callOp('aten::imag', callOp('aten::conj', x)) as Tensor;
    expect([...imaginary.toTypedArray()]).toEqual([-2]);
  });
});

describe('item', () => {
  test.each([
    ['float32', 1.5, 1.5],
    ['float16', 1.5, 1.5],
    ['uint8', 7, 7],
    ['int32', -7, -7],
    ['int64', 2n ** 60n, 2n ** 60n],
    ['bool', true, true],
  ] as const)('%s', (dtype, value, item) => expect(tensor(value, { dtype }).item()).toBe(item));

  test('of any shape with one element', () => expect(tensor([[[3]]]).item()).toBe(3));

  test('not of several, none, or a complex one', () => {
    expect(errorOf(() => tensor([1, 2]).item()).message).toBe(
      'item(): expected a tensor of one real element, received float32[2]; use toTypedArray() or toArray()',
    );
    expect(errorOf(() => ops.zeros([0]).item()).code).toBe('torch/item');
    expect(errorOf(() => tensor(1, { dtype: 'complex64' }).item()).code).toBe('torch/item');
  });
});

describe('copyFrom', () => {
  test('overwrites, and returns the tensor', () => {
    const x = ops.zeros([2, 2]);
    expect(x.copyFrom(new Float32Array([1, 2, 3, 4]))).toBe(x);
    expect([...x.toTypedArray()]).toEqual([1, 2, 3, 4]);
  });

  test('refuses another kind or length, strided tensors, half precisions', () => {
    const x = ops.zeros([2]);
    expect(errorOf(() => x.copyFrom(new Float64Array(1))).message).toBe(
      'copyFrom(): expected a Float32Array for float32, received Float64Array',
    );
    expect(errorOf(() => x.copyFrom(new Float32Array(3))).message).toContain('expected 8 bytes, received 12');
    expect(errorOf(() => ops.zeros([2, 2]).t().copyFrom(new Float32Array(4))).message).toContain(
      'contiguous',
    );
    expect(errorOf(() => tensor([1], { dtype: 'float16' }).copyFrom(new Float32Array(1))).code).toBe(
      'torch/copy-from',
    );
    expect([...x.toTypedArray()]).toEqual([0, 0]);
  });

  test('autograd notices that a saved value has changed', () => {
    const x = tensor([2], { requiresGrad: true });
    const y = x.mul(1);
    const z = y.mul(y);
    y.detach().copyFrom(new Float32Array([5]));
    expect(errorOf(() => z.backward()).message).toContain('modified by an inplace operation');
  });
});

describe('disposal', () => {
  test('using a disposed tensor throws everywhere', () => {
    const x = tensor([1]);
    x.dispose();
    expect(x.isDisposed).toBe(true);
    const uses = [
      () => x.shape,
      () => x.dtype,
      () => x.item(),
      () => x.toTypedArray(),
      () => x.toBytes(),
      () => x.grad,
      () => x.requiresGrad,
      () => x.storage,
      () => x.backward(),
      () => x.index(0),
      () => x.copyFrom(new Float32Array(1)),
    ];
    for (const use of uses) expect(errorOf(use).code).toBe('torch/disposed');
    expect(errorOf(() => x.shape).message).toBe(
      'expected a tensor that has not been disposed, received one that has been disposed; return it from its scope(), or keep() it, to use it later',
    );
  });

  test('twice is once', () => {
    const before = liveTensors();
    const x = tensor([1]);
    x.dispose();
    x.dispose();
    expect(liveTensors()).toBe(before);
  });

  test('a handle is never reused for a tensor that comes later', () => {
    const first = tensor([1]);
    const handle = first.handle;
    first.dispose();
    const second = tensor([2]);
    expect(second.handle).not.toBe(handle);
  });

  test('`using` disposes', () => {
    let seen: Tensor;
    {
      using x = tensor([1]);
      seen = x;
    }
    expect(seen.isDisposed).toBe(true);
  });

  test('a view keeps the memory alive', () => {
    const x = ops.arange(4);
    const view = x.slice(1, 3);
    x.dispose();
    expect(view.toArray()).toEqual([1, 2]);
  });

  test('statistics count handles, and memory once per storage', () => {
    scope(() => {
      const before = memoryStats();
      const x = ops.zeros([1000]);
      const view = x.view([10, 100]);
      expect(memoryStats()).toEqual({
        liveTensors: before.liveTensors + 2,
        liveBytes: before.liveBytes + 4000,
      });
      x.dispose();
      expect(memoryStats().liveBytes).toBe(before.liveBytes + 4000);
      view.dispose();
      expect(memoryStats()).toEqual(before);
    });
  });
});

describe('requiresGrad and grad', () => {
  test('only floating tensors, only leaves', () => {
    expect(
      errorOf(() => {
        tensor([1n]).requiresGrad = true;
      }).message,
    ).toContain('floating point');
    const y = tensor([1], { requiresGrad: true }).mul(2);
    expect(
      errorOf(() => {
        y.requiresGrad = false;
      }).message,
    ).toContain('a tensor that is no leaf');
  });

  test('grad is null until backward, can be set and dropped', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(x.grad).toBeNull();
    x.grad = tensor([5, 6]);
    expect(x.grad?.toArray()).toEqual([5, 6]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  test.each([
    ['shape', () => tensor([1])],
    ['dtype', () => tensor([1, 2], { dtype: 'float64' })],
    ['device', () => ops.zeros([2], { device: 'meta' })],
  ] as const)('a gradient of another %s is refused', (what, make) => {
    const x = tensor([1, 2], { requiresGrad: true });
    const error = errorOf(() => {
      x.grad = make();
    });
    expect(error.message).toMatch(what === 'device' ? /on meta/ : new RegExp(`of ${what}`));
    expect(x.grad).toBeNull();
  });
});
