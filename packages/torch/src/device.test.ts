import { describe, expect, test } from 'vitest';
import { errorOf } from './engine.test.util.js';
import { callOp, cuda, engineInfo, ops, setDeterministic, type Tensor, threads } from './index.js';

describe('threads', () => {
  test('can be set and read', () => {
    const before = threads.get();
    threads.set(1);
    expect(threads.get()).toBe(1);
    threads.set(before);
    expect(threads.get()).toBe(before);
  });

  test.each([0, -1, 1.5, Number.NaN])('%d threads are refused', (count) => {
    const before = threads.get();
    expect(errorOf(() => threads.set(count)).message).toBe(
      `threads.set: expected a whole number of at least 1, received ${count}`,
    );
    expect(threads.get()).toBe(before);
  });
});

describe('cuda', () => {
  test('says how many devices there are', () => {
    expect(cuda.deviceCount()).toBeGreaterThanOrEqual(0);
    expect(cuda.isAvailable()).toBe(cuda.deviceCount() > 0);
  });

  test.skipIf(cuda.isAvailable())('without one, using it is an error and not a crash', () => {
    expect(errorOf(() => ops.zeros([1], { device: 'cuda:0' })).code).toBe('torch/operator');
    expect(errorOf(() => cuda.synchronize()).code).toBe('torch/engine');
  });

  test.skipIf(!cuda.isAvailable())('moves tensors there and back (needs a CUDA device)', () => {
    const x = ops.arange(4).to('cuda:0');
    expect(x.device).toBe('cuda:0');
    const y = x.mul(2);
    cuda.synchronize();
    expect(y.toArray()).toEqual([0, 2, 4, 6]);
  });

  test('synchronizing the CPU has nothing to wait for', () => {
    expect(cuda.synchronize('cpu')).toBeUndefined();
    expect(errorOf(() => cuda.synchronize('gpu')).message).toContain('gpu');
  });
});

describe('setDeterministic', () => {
  test('operators without a deterministic algorithm throw while it is on', () => {
    const scatter = () =>
      callOp('aten::put_', ops.zeros([2]), ops.zeros([1], { dtype: 'int64' }), ops.ones([1]));
    setDeterministic(true);
    try {
      expect(errorOf(scatter).message).toContain('does not have a deterministic implementation');
    } finally {
      setDeterministic(false);
    }
    expect((scatter() as Tensor).shape).toEqual([2]);
  });
});

test('engineInfo says what libtorch it is', () => {
  const { version, config, parallel } = engineInfo();
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(config).toContain('PyTorch built with');
  expect(parallel).toContain('at::get_num_threads()');
});
