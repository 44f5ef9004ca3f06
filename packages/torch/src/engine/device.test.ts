import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { callOp, cuda, engineInfo, ops, scope, setDeterministic, type Tensor, threads } from '../index.js';
import { errorOf } from './engine.test.util.js';

describe('threads', () => {
  test('can be set and read', () => {
    const before = threads.get();
    threads.set(1);
    expect(threads.get()).toBe(1);
    threads.set(before);
    expect(threads.get()).toBe(before);
  });

  test.skipIf(!existsSync('/proc/self/task'))('one thread is one in products too (needs /proc)', () => {
    const before = threads.get();
    threads.set(1);
    const matrix = ops.ones([512, 512]);
    const start = cpuTicks();
    const main = String(process.pid);
    const spent = (end: ReadonlyMap<string, number>, id: string): number =>
      end.get(id)! - (start.get(id) ?? 0);
    let end = start;
    while (spent(end, main) < 50) {
      // Many, because reading the times takes some.
      for (let i = 0; i < 20; i++) scope(() => ops.mm(matrix, matrix));
      end = cpuTicks();
    }
    threads.set(before);
    matrix.dispose();
    // A second thread of the product would be as busy as this one; those of Node are not, each by itself.
    const others = [...end.keys()].filter((id) => id !== main).map((id) => spent(end, id));
    expect(Math.max(...others)).toBeLessThan(spent(end, main) / 2);
  });

  test.each([0, -1, 1.5, Number.NaN])('%d threads are refused', (count) => {
    const before = threads.get();
    expect(errorOf(() => threads.set(count)).message).toBe(
      `threads.set: expected a whole number of at least 1, received ${count}`,
    );
    expect(threads.get()).toBe(before);
  });
});

/** Processor time so far, in clock ticks (1/100 s), of each thread of the process by its id. */
function cpuTicks(): Map<string, number> {
  const ticks = new Map<string, number>();
  for (const id of readdirSync('/proc/self/task')) {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    // After the name in parentheses, utime and stime are fields 14 and 15 (proc(5)).
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    ticks.set(id, Number(user) + Number(system));
  }
  return ticks;
}

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
