import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { errorOf, liveTensors } from '../engine/engine.test.util.js';
import {
  backward,
  callOp,
  enableGrad,
  grad,
  inferenceMode,
  isGradEnabled,
  noGrad,
  ops,
  scope,
  type Tensor,
  tensor,
} from '../index.js';

const leaf = (data: number[]) => tensor(data, { requiresGrad: true });

describe('backward', () => {
  test('gradients reach the leaves, and accumulate', () => {
    const x = leaf([1, 2, 3]);
    x.mul(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
    x.sum().backward();
    expect(x.grad?.toArray()).toEqual([3, 5, 7]);
  });

  test('of several elements needs a gradient of that shape', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    expect(errorOf(() => y.backward()).message).toContain('only for scalar outputs');
    expect(errorOf(() => y.backward(tensor([1]))).message).toMatch(/^backward: .*shape/);
    y.backward(tensor([1, 10]));
    expect(x.grad?.toArray()).toEqual([3, 30]);
  });

  test('the graph is freed unless it is retained', () => {
    const x = leaf([2]);
    const y = x.mul(x);
    backward(y, null, { retainGraph: true });
    backward(y);
    expect(x.grad?.toArray()).toEqual([8]);
    expect(errorOf(() => y.backward()).message).toContain('second time');
  });

  test('a tensor without a graph', () => {
    expect(errorOf(() => tensor(1).backward()).message).toContain('does not require grad');
  });

  test('gradients of intermediates are kept where asked', () => {
    const x = leaf([1, 2]);
    const middle = x.mul(2);
    callOp('aten::retain_grad', middle);
    const other = x.mul(3);
    middle.mul(middle).add(other).sum().backward();
    expect(middle.grad?.toArray()).toEqual([4, 8]);
    expect(middle.retains_grad()).toBe(true);
    expect(other.retains_grad()).toBe(false);
  });

  test('what the graph needs lives on when its handles are disposed', () => {
    const x = leaf([3]);
    const loss = scope(() => x.mul(x).mul(x).sum());
    loss.backward();
    expect(x.grad?.toArray()).toEqual([27]);
  });

  test('through cross entropy, convolution and lstm', () => {
    const logits = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    ops.cross_entropy_loss(logits, tensor([0n, 1n])).backward();
    expect(logits.grad?.sum().item()).toBeCloseTo(0, 6);

    const kernel = ops.ones([1, 1, 2, 2, 2]).requires_grad_();
    ops
      .conv3d(ops.ones([1, 1, 3, 3, 3]), kernel)
      .sum()
      .backward();
    expect(kernel.grad?.flatten().toArray()).toEqual(Array(8).fill(8));

    const weights = [[4, 1], [4, 1], [4], [4]].map((shape) => ops.ones(shape).requires_grad_());
    const state = [ops.zeros([1, 1, 1]), ops.zeros([1, 1, 1])];
    const [out] = ops.lstm(ops.ones([2, 1, 1]), state, weights, true, 1, 0, false, false, false);
    out.sum().backward();
    expect(weights.every((weight) => weight.grad !== null)).toBe(true);
  });

  test('in-place changes to saved values are noticed', () => {
    const x = leaf([1]).mul(1);
    const y = x.mul(x);
    x.add_(1);
    expect(errorOf(() => y.backward()).message).toContain('modified by an inplace operation');
  });
});

describe('grad', () => {
  test('with respect to chosen inputs, accumulated nowhere', () => {
    const [x, y] = [leaf([2]), leaf([5])];
    const [dx, dy] = grad(x.mul(y), [x, y]);
    expect([dx?.item(), dy?.item()]).toEqual([5, 2]);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  test('one input, several outputs, given weights', () => {
    const x = leaf([1, 2]);
    const [dx] = grad([x.mul(2), x.mul(x)], x, { gradOutputs: [tensor([1, 1]), tensor([10, 10])] });
    expect(dx?.toArray()).toEqual([22, 42]);
  });

  test('unused inputs', () => {
    const [x, y] = [leaf([1]), leaf([1])];
    expect(errorOf(() => grad(x.mul(2), [x, y])).message).toMatch(/^grad: .*not have been used/);
    expect(grad(x.mul(2), [x, y], { allowUnused: true })[1]).toBeNull();
  });

  test('double backward', () => {
    const x = leaf([2, 3]);
    const [first] = grad(x.pow(3).sum(), x, { createGraph: true });
    expect(first?.toArray()).toEqual([12, 27]);
    const [second] = grad(first!.sum(), x);
    expect(second?.toArray()).toEqual([12, 18]);
  });

  test('a gradient penalty trains through a gradient', () => {
    const x = leaf([3]);
    const [slope] = grad(x.mul(x), x, { createGraph: true });
    slope!.sub(1).square().sum().backward();
    expect(x.grad?.toArray()).toEqual([20]); // d/dx (2x - 1)^2 = 4 (2x - 1)
  });

  test('backward with createGraph leaves a gradient that has a graph', () => {
    const x = leaf([2]);
    x.pow(3).backward(null, { createGraph: true });
    const [second] = grad(x.grad!, x);
    expect(second?.item()).toBe(12);
    x.grad = null; // it and its graph hold each other
  });
});

describe('modes', () => {
  test('noGrad records nothing, enableGrad inside does', () => {
    const x = leaf([1]);
    const [inside, again] = noGrad(() => [x.mul(2), enableGrad(() => x.mul(2))] as const);
    expect([inside.requiresGrad, again.requiresGrad]).toEqual([false, true]);
    expect(isGradEnabled()).toBe(true);
  });

  test('in-place updates of leaves need noGrad', () => {
    const x = leaf([1]);
    expect(errorOf(() => x.add_(1)).message).toContain('leaf');
    noGrad(() => x.add_(1));
    expect([x.toArray(), x.requiresGrad, x.isLeaf]).toEqual([[2], true, true]);
  });

  test.each([
    ['noGrad', noGrad],
    ['enableGrad', (fn: () => void) => noGrad(() => enableGrad(fn))],
    ['inferenceMode', inferenceMode],
  ] as const)('%s is over after a throw', (_, mode) => {
    expect(() =>
      mode(() => {
        throw new Error('out');
      }),
    ).toThrow('out');
    expect(isGradEnabled()).toBe(true);
    expect(leaf([1]).mul(2).requiresGrad).toBe(true);
  });

  test('they nest and come back in order', () => {
    const seen: boolean[] = [];
    noGrad(() => {
      seen.push(isGradEnabled());
      inferenceMode(() => enableGrad(() => seen.push(isGradEnabled())));
      seen.push(isGradEnabled());
    });
    expect([...seen, isGradEnabled()]).toEqual([false, true, false, true]);
  });

  test('tensors of inference mode never join a graph', () => {
    const x = leaf([1]);
    const y = inferenceMode(() => x.mul(2));
    expect(y.requiresGrad).toBe(false);
    expect(errorOf(() => x.mul(y)).message).toContain('Inference tensors cannot be saved for backward');
    expect(errorOf(() => y.add_(1)).message).toContain('nference');
  });

  test.each([
    ['noGrad', noGrad],
    ['inferenceMode', inferenceMode],
  ] as const)('%s refuses async functions, and is over', (_, mode) => {
    expect(errorOf(() => mode(async () => 1)).code).toBe('torch/async');
    expect(isGradEnabled()).toBe(true);
  });

  test('return what the function returns', () => {
    expect([noGrad(() => 1), enableGrad(() => 'a'), inferenceMode(() => null)]).toEqual([1, 'a', null]);
  });
});

test('500 backward passes leave no tensor behind', () => {
  scope(() => {
    const x = leaf([1, 2]);
    const step = () =>
      scope(() => {
        x.mul(x).sum().backward();
        x.grad = null;
      });
    step();
    const before = liveTensors();
    for (let i = 0; i < 500; i++) step();
    expect(liveTensors()).toBe(before);
  });
});

test('reading grad gives a handle to the same memory', () => {
  const x = leaf([1]);
  x.sum().backward();
  const gradient = x.grad as Tensor;
  gradient.add_(5);
  expect(x.grad?.item()).toBe(6);
});

test('what libtorch warns of arrives as a warning of Node, each text once', async () => {
  const heard: Error[] = [];
  const hear = (warning: Error) => {
    if (warning.message.includes('not a leaf Tensor')) heard.push(warning);
  };
  process.on('warning', hear);
  const y = leaf([2]).mul(2);
  expect([y.grad, y.grad]).toEqual([null, null]);
  await setImmediate();
  process.off('warning', hear);
  expect(heard.map(({ name }) => name)).toEqual(['TorchWarning']);
});
