import { describe, expect, test } from 'vitest';
import { liveTensors } from '../engine/engine.test.util.js';
import { nn, noGrad, ops, scope, shapesOnly, type TracedValue, trace } from '../index.js';

/** Every kind of layer that has a rule, and some that have none. */
const network = () =>
  new nn.Sequential(
    new nn.Conv3d(3, 8, [3, 3, 2], { stride: [1, 2, 2], padding: [1, 0, 1], dilation: [1, 2, 1] }),
    new nn.BatchNorm3d(8),
    new nn.ReLU(),
    new nn.MaxPool3d([1, 3, 3], { stride: 2, padding: [0, 1, 1] }),
    new nn.Conv3d(8, 4, 3, { padding: 'same', groups: 4 }),
    new nn.AvgPool3d([2, 2, 1], { ceilMode: true }),
    new nn.LeakyReLU(),
    new nn.Dropout(0.5),
    new nn.AdaptiveAvgPool3d([1, 2, 2]),
    new nn.Flatten(),
    new nn.Linear(16, 5),
    new nn.LayerNorm(5),
    new nn.Softmax(1),
  );

const shapes = (run: () => unknown) => {
  const ids = new Map<number, number>();
  const plain = (value: TracedValue): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== 'object') return value;
    const { tensor, shape } = value as { tensor: number; shape: readonly number[] };
    if (!ids.has(tensor)) ids.set(tensor, ids.size);
    return [ids.get(tensor), shape];
  };
  const { calls } = scope(() => noGrad(() => trace(run)));
  return calls.map(({ operator, module, outputs }) => [operator, module, outputs.map(plain)]);
};

describe('shapesOnly', () => {
  test('gives the trace of a real forward: operators, modules, shapes and which tensors are the same', () => {
    using model = network();
    const clips = ops.ones([2, 3, 9, 20, 21]);
    expect(shapes(() => shapesOnly(() => model.call(clips)))).toEqual(shapes(() => model.call(clips)));
  });

  test('follows sums and concatenations', () => {
    const [a, b] = [ops.ones([2, 3, 4]), ops.ones([4])];
    const run = () => ops.cat([a.add(a), a.mul(b), a.add(1).div(a)], -2);
    expect(shapes(() => shapesOnly(run))).toEqual(shapes(run));
  });

  test('follows means along axes, and what is broadcast along them', () => {
    const a = ops.ones([2, 3, 4, 5]);
    const run = () => [
      a.mul(a.mean([1, -1], true)),
      a.mean([1]).sub(a.mean([1], true)),
      a.mean([2, 3]),
      a.mean(),
    ];
    expect(shapes(() => shapesOnly(run))).toEqual(shapes(run));
  });

  test('takes no memory, no time and no notice of size', () => {
    const before = liveTensors();
    const start = process.cpuUsage();
    const shape = shapesOnly(() =>
      scope(() => {
        const model = new nn.Sequential(new nn.Conv3d(3, 4096, 5), new nn.BatchNorm3d(4096), new nn.ReLU());
        const [clip] = [ops.zeros([1, 3, 1, 1, 1]).expand([64, 3, 64, 1024, 1024])];
        const output = model.call(clip!);
        model.dispose();
        return output.shape;
      }),
    );
    expect(shape).toEqual([64, 4096, 60, 1020, 1020]);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(liveTensors()).toBe(before);
  });

  test('leaves the state of a module alone, and libtorch as it was, thrown or not', () => {
    using norm = new nn.BatchNorm1d(2);
    shapesOnly(() => norm.call(ops.ones([4, 2])));
    expect(norm.num_batches_tracked?.item()).toBe(0n);
    expect(() =>
      shapesOnly(() => {
        throw new Error('out');
      }),
    ).toThrow('out');
    expect(ops.ones([2]).add_(1).toArray()).toEqual([2, 2]);
  });
});
