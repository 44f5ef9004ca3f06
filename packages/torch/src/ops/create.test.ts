import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import { type DType, fromBytes, fromTypedArray, type NestedArray, ops, tensor } from '../index.js';

describe('tensor', () => {
  test('numbers are float32, bigints int64, booleans bool', () => {
    expect([tensor(1).dtype, tensor(1n).dtype, tensor(true).dtype]).toEqual(['float32', 'int64', 'bool']);
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
  });

  test('nested arrays of any depth', () => {
    const data = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ];
    expect(tensor(data).shape).toEqual([2, 2, 2]);
    expect(tensor(data).toArray()).toEqual(data);
  });

  test('empty arrays', () => {
    expect([tensor([]).shape, tensor([[], []]).shape]).toEqual([[0], [2, 0]]);
    expect(tensor([], { dtype: 'int64' }).dtype).toBe('int64');
  });

  test('numbers into other dtypes', () => {
    expect(tensor([0, 2], { dtype: 'bool' }).toArray()).toEqual([false, true]);
    expect(tensor([1, 2], { dtype: 'int64' }).toArray()).toEqual([1n, 2n]);
    expect(tensor([1n, 2n], { dtype: 'float64' }).toArray()).toEqual([1, 2]);
    expect(tensor([true, false]).to('float32').toArray()).toEqual([1, 0]);
    expect(tensor([1, Number.NaN], { dtype: 'float16' }).toArray()).toEqual([1, Number.NaN]);
  });

  test('a misspelt option and an array that contains itself are rejected', () => {
    const misspelt = { requireGrad: true } as object;
    expect(() => tensor([1], misspelt)).toThrow(
      'expected options named dtype, device, requiresGrad, received "requireGrad"',
    );
    expect(() => fromTypedArray(new Float32Array(1), [1], misspelt)).toThrow(
      'fromTypedArray(): expected options',
    );
    const round: NestedArray[] = [];
    round.push(round);
    expect(() => tensor(round)).toThrow('tensor(): expected at most 64 dimensions');
    expect(() => Reflect.set(tensor([1]), 'grad', 'none')).toThrow(
      'grad: expected a tensor or null, received a string',
    );
  });

  test('device and requiresGrad', () => {
    expect(tensor([1], { device: 'meta' }).device).toBe('meta');
    const x = tensor([1], { requiresGrad: true, dtype: 'float64' });
    expect([x.requiresGrad, x.isLeaf]).toEqual([true, true]);
  });

  test('a copy: the array may change', () => {
    const data = [1, 2];
    const x = tensor(data);
    data[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  test.each([
    ['lengths', [[1, 2], [3]], 'dimension 1: expected an array of 2, received an array of 1'],
    ['depths', [[1], 2], 'dimension 1: expected an array of 1, received 2'],
    [
      'depths, deeper later',
      [1, [2]],
      'dimension 1: expected a number, bigint or boolean, received an array of 1',
    ],
  ])('ragged by %s', (_, data, message) => {
    const error = errorOf(() => tensor(data as NestedArray));
    expect(error.code).toBe('torch/ragged');
    expect(error.message).toContain(message);
  });

  test.each([null, undefined, '3', {}])('%s is no number', (value) => {
    expect(errorOf(() => tensor([1, value as never])).message).toContain(
      'expected a number, bigint or boolean',
    );
  });

  test('typed arrays belong elsewhere, and the error says where', () => {
    expect(errorOf(() => tensor(new Float32Array(2) as never)).message).toContain('use fromTypedArray()');
  });

  test.each<[DType, number | bigint, string]>([
    ['uint8', 256, 'integers from 0 to 255 for uint8, received 256'],
    ['uint8', -1, 'integers from 0 to 255'],
    ['int8', 128, 'integers from -128 to 127'],
    ['int16', 40000, 'integers from -32768 to 32767'],
    ['int32', 2 ** 31, 'integers from -2147483648 to 2147483647'],
    ['int32', 2.5, 'received 2.5'],
    ['int32', Number.NaN, 'received NaN'],
    ['int64', 2.5, 'integers for int64, received 2.5'],
    ['int64', 2n ** 63n, 'integers for int64, received 9223372036854775808'],
    ['int64', Number.POSITIVE_INFINITY, 'integers for int64, received Infinity'],
  ])('%s does not hold %s', (dtype, value, message) => {
    const error = errorOf(() => tensor([value], { dtype }));
    expect(error.code).toBe('torch/value');
    expect(error.message).toContain(message);
  });

  test('an unknown dtype or device', () => {
    expect(errorOf(() => tensor([1], { dtype: 'float' as DType })).code).toBe('torch/dtype');
    expect(errorOf(() => tensor([1], { device: 'gpu' })).message).toContain("'gpu'");
    expect(errorOf(() => tensor([1n], { requiresGrad: true })).message).toContain('floating point');
  });

  test('converting leaves one tensor, failing none', () => {
    const before = liveTensors();
    const x = tensor([1, 2], { dtype: 'float16' });
    expect(liveTensors()).toBe(before + 1);
    x.dispose();
    errorOf(() => tensor([1], { device: 'gpu' }));
    expect(liveTensors()).toBe(before);
  });
});

describe('fromTypedArray', () => {
  test('the dtype is the array’s own', () => {
    const made = [
      new Uint8Array(1),
      new Int8Array(1),
      new Int16Array(1),
      new Int32Array(1),
      new BigInt64Array(1),
      new Float32Array(1),
      new Float64Array(1),
    ].map((array) => fromTypedArray(array, [1]).dtype);
    expect(made).toEqual(['uint8', 'int8', 'int16', 'int32', 'int64', 'float32', 'float64']);
  });

  test('converts where another is asked for', () => {
    const x = fromTypedArray(new Uint8Array([1, 2]), [2], { dtype: 'float32' });
    expect([x.dtype, x.toArray()]).toEqual(['float32', [1, 2]]);
    expect(fromTypedArray(new Uint8Array([1, 0]), [2], { dtype: 'bool' }).toArray()).toEqual([true, false]);
  });

  test('windows into a buffer, shared memory, Buffers', () => {
    const whole = new Float32Array([1, 2, 3, 4]);
    expect(fromTypedArray(whole.subarray(1, 3), [2]).toArray()).toEqual([2, 3]);
    const shared = new Uint8Array(new SharedArrayBuffer(4), 1, 2);
    shared.set([7, 8]);
    expect(fromTypedArray(shared, [2]).toArray()).toEqual([7, 8]);
    expect(fromTypedArray(Buffer.from([5, 6]), [2]).toArray()).toEqual([5, 6]);
  });

  test.each([
    [[5], 4],
    [[2, 3], 6 + 1],
    [[], 0],
  ])('shape %j does not fit %i elements', (shape, length) => {
    const error = errorOf(() => fromTypedArray(new Float32Array(length), shape));
    expect(error.code).toBe('torch/length');
  });

  test('a negative size', () => {
    expect(errorOf(() => fromTypedArray(new Float32Array(6), [-2, -3])).message).toContain('negative');
    expect(errorOf(() => fromTypedArray(new Float32Array(1), [0.5, 2])).message).toContain('0.5');
  });

  test('a Uint16Array holds no dtype', () => {
    expect(errorOf(() => fromTypedArray(new Uint16Array(1) as never, [1])).code).toBe('torch/dtype');
  });
});

describe('fromBytes', () => {
  test('any dtype, also unaligned', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(new Float64Array([1.5]).buffer), 1);
    expect(fromBytes(bytes.subarray(1), 'float64', [1]).toArray()).toEqual([1.5]);
    expect(fromBytes(new Uint8Array([1, 0]), 'bool', [2]).toArray()).toEqual([true, false]);
  });

  test('the wrong length, an unknown dtype', () => {
    expect(errorOf(() => fromBytes(new Uint8Array(3), 'int32', [1])).message).toBe(
      'shape [1]: expected 4 bytes, received 3',
    );
    expect(errorOf(() => fromBytes(new Uint8Array(4), 'int' as DType, [1])).message).toContain(
      'expected a dtype (uint8,',
    );
  });
});

describe('factories', () => {
  test('default to float32, as numbers do not say that they are integers', () => {
    const made = [
      ops.zeros([1]),
      ops.ones([1]),
      ops.full([1], 2),
      ops.eye(2),
      ops.arange(2),
      ops.scalar_tensor(1),
    ];
    expect(made.map(({ dtype }) => dtype)).toEqual(Array(6).fill('float32'));
  });

  test('unless a dtype says otherwise', () => {
    expect(ops.full([2], 2, { dtype: 'int64' }).toArray()).toEqual([2n, 2n]);
    expect(ops.full([1], true, { dtype: 'bool' }).toArray()).toEqual([true]);
    expect(ops.zeros([1], { dtype: 'uint8' }).dtype).toBe('uint8');
  });
});
