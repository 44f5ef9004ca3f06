/** Pooling for deterministic mode on a GPU; the arithmetic itself runs anywhere. */
import { describe, expect, test } from 'vitest';
import { cuda, manualSeed, nn, noGrad, ops, scope, setDeterministic, type Tensor } from '../../index.js';
import { expectClose } from '../golden.test.util.js';
import { maxOfSlices, orderedMaxPool } from './ordered-pool.js';

/** Small whole numbers: in most windows several are the largest. */
function tied(shape: readonly number[]): Tensor {
  const input = ops.randint(0, 3, shape).to('float32');
  input.requiresGrad = true;
  return input;
}

/** The output, and the gradient of a sum in which every window weighs differently. */
function bothWays(input: Tensor, pool: (input: Tensor) => Tensor): [output: Tensor, gradient: Tensor] {
  input.grad = null;
  const output = pool(input);
  output.mul(ops.arange(output.numel).view(output.shape)).sum().backward();
  return [output, input.grad!];
}

describe('the same numbers and gradients as libtorch, of equal values too', () => {
  test.each([
    { kernel: [2, 2, 2], shape: [2, 3, 5, 7, 9] },
    { kernel: [1, 2, 2], shape: [1, 3, 4, 8, 6] },
    { kernel: [2, 3, 1], shape: [1, 3, 4, 7, 5] },
  ])('windows of $kernel on $shape', ({ kernel, shape }) => {
    manualSeed(2);
    scope(() => {
      const [input, layer] = [tied(shape), new nn.MaxPool3d(kernel)];
      const [expected, theirs] = bothWays(input, (maps) => layer.call(maps));
      const [own, ours] = bothWays(input, (maps) => maxOfSlices(maps, layer));
      expectClose(own, expected, 'maxima', 0);
      expectClose(ours, theirs, 'gradients', 0);
      expect(Number(theirs.ne(0).sum().item())).toBeGreaterThan(10);
    });
  });

  test('a NaN spreads', () => {
    scope(() => {
      const input = ops.zeros([1, 1, 2, 2, 4]);
      input.view([-1]).narrow(0, 1, 1).fill_(Number.NaN);
      expect(maxOfSlices(input, new nn.MaxPool3d(2)).toArray()).toEqual([[[[[Number.NaN, 0]]]]]);
    });
  });
});

test('it takes the place of libtorch only in deterministic mode, on a GPU, where something is learnt', () => {
  const device = cuda.isAvailable() ? 'cuda:0' : 'cpu';
  const chosen = () =>
    orderedMaxPool(ops.ones([1, 1, 2, 2, 2], { device }), new nn.MaxPool3d(2)) !== undefined;
  scope(() => {
    expect(chosen()).toBe(false);
    setDeterministic(true);
    try {
      expect(chosen()).toBe(device !== 'cpu');
      expect(process.env.CUBLAS_WORKSPACE_CONFIG).toMatch(/^:(4096|16):8$/);
      expect(noGrad(chosen)).toBe(false);
    } finally {
      setDeterministic(false);
    }
  });
});
