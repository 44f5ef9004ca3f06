/** Streams and readbacks. A CPU has one stream, on which the same calls must leave everything as if they were not there. */
import { describe, expect, test } from 'vitest';
import { errorOf } from '../engine/engine.test.util.js';
import {
  cuda,
  fromTypedArray,
  memoryStats,
  ops,
  Readback,
  Stream,
  StreamEvent,
  scope,
  tensor,
} from '../index.js';

const DEVICES = cuda.isAvailable() ? ['cpu', 'cuda:0'] : ['cpu'];
const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);

describe.each(DEVICES)('on %s', (device) => {
  test('what a stream hands over can be computed with at once', () => {
    const copies = new Stream(device);
    scope(() => {
      const [made] = copies.handOver(() => [fromTypedArray(bytes, [64], { device })] as const);
      expect(made.device).toBe(device);
      expect(made.to('float32').sum().item()).toBe(2016);
    });
  });

  test('what it makes belongs to the scope around it, and nothing else stays', () => {
    const copies = new Stream(device);
    const before = memoryStats().liveTensors;
    scope(() => {
      copies.handOver(() => [fromTypedArray(bytes, [64], { device })]);
      expect(memoryStats().liveTensors).toBe(before + 1);
    });
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('after an error, and for a Promise, the stream before is current again', () => {
    const copies = new Stream(device);
    const failing = () => {
      throw new Error('no such clip');
    };
    expect(() => copies.handOver(failing)).toThrow('no such clip');
    expect(errorOf(() => copies.handOver((async () => []) as never)).code).toBe('torch/async');
    expect(scope(() => ops.ones([2], { device }).sum().item())).toBe(2);
  });

  test('an event comes, and may be forgotten before', async () => {
    const event = new StreamEvent(device);
    await event.done();
    expect(event.isDone).toBe(true);
    const forgotten = new StreamEvent(device);
    forgotten.dispose();
    forgotten.dispose();
    expect(forgotten.isDone).toBe(true);
  });

  test('a readback has what its tensors held when it was made', async () => {
    const before = memoryStats().liveTensors;
    const readback = scope(() => {
      const values = tensor([1, 2, 3], { device, requiresGrad: true });
      const made = new Readback([values, values.mul(2)], device);
      values.detach().fill_(9);
      return { made };
    }).made;
    expect(memoryStats().liveTensors).toBe(before + 2);
    await readback.arrival();
    expect(readback.take((copies) => copies.map((copy) => copy.toArray()))).toEqual([
      [1, 2, 3],
      [2, 4, 6],
    ]);
    expect(memoryStats().liveTensors).toBe(before);
  });

  test('one that is taken at once waits, one that is not wanted any more gives everything back', () => {
    const before = memoryStats().liveTensors;
    scope(() => {
      const large = ops.ones([512, 512], { device });
      expect(new Readback([large.matmul(large).sum()], device).take(([sum]) => sum!.item())).toBe(512 ** 3);
      new Readback([large], device).dispose();
    });
    expect(memoryStats().liveTensors).toBe(before);
  });
});

test('a device that is not there has no streams', () => {
  const missing = cuda.isAvailable() ? `cuda:${cuda.deviceCount()}` : 'cuda:0';
  expect(errorOf(() => new Stream(missing)).code).toBe('torch/engine');
});
