import { describe, expect, test } from 'vitest';
import {
  cuda,
  manualSeed,
  nn,
  noGrad,
  ops,
  scope,
  setDeterministic,
  type Tensor,
  trace,
} from '../../index.js';
import { expectClose } from '../golden.test.util.js';
import { directConv3d, directMaxPool, maxOfSlices, orderedMaxPool } from './fast-paths.js';

const layer = new nn.Conv3d(5, 7, [2, 3, 3], { stride: [1, 2, 1], padding: [1, 0, 1], dilation: [1, 1, 2] });
const clip = (n = 1, t = 6): Tensor => ops.randn([n, 5, t, 9, 11]);
const padding = layer.padding as number[];
const direct = (input: Tensor): Tensor | undefined => directConv3d(input, { ...layer, padding });

test('convolution of one clip: the same as libtorch', () => {
  scope(() => {
    for (const input of [clip(), clip(1, 1).expand([1, 5, 6, 9, 11]), clip(2).narrow(0, 1, 1)]) {
      const learning = layer.call(input);
      const own = noGrad(() => direct(input));
      expect(own?.shape).toEqual(learning.shape);
      expectClose(
        noGrad(() => layer.call(input)),
        own!,
        'the layer',
        0,
      );
      expectClose(own!, learning.detach(), 'the direct convolution');
    }
  });
});

test("convolution: libtorch's choice stands with gradients, several clips, other types and large inputs", () => {
  scope(() => {
    expect(direct(clip())).toBeUndefined();
    noGrad(() => {
      expect(direct(clip(2))).toBeUndefined();
      expect(direct(clip().to('float64'))).toBeUndefined();
      expect(direct(ops.randn([1, 5, 500, 9, 11]))).toBeUndefined();
    });
  });
});

test('a trace records the operator that the layer is', () => {
  scope(() => {
    const { calls } = trace(() => noGrad(() => layer.call(clip())));
    expect(calls.map(({ operator }) => operator)).toContain('aten::conv3d');
    expect(calls.map(({ operator }) => operator)).not.toContain('aten::mkldnn_convolution');
  });
});

describe('max pooling as maxima of slices: the same numbers as libtorch', () => {
  const cases = [
    { kernel: [2, 2, 2], shape: [2, 3, 5, 7, 9] },
    { kernel: [1, 2, 2], shape: [1, 3, 4, 8, 6] },
    { kernel: [2, 3, 1], shape: [1, 3, 4, 7, 5] },
  ];
  test.each(cases)('windows of $kernel on $shape', ({ kernel, shape }) => {
    scope(() => {
      const layer = new nn.MaxPool3d(kernel);
      const input = ops.randn(shape);
      input.view([-1]).narrow(0, 5, 1).fill_(Number.NaN);
      const [own, pooled] = [noGrad(() => directMaxPool(input, layer)), layer.call(input)];
      expect(noGrad(() => layer.call(input)).shape).toEqual(pooled.shape);
      const known = pooled.isnan().logical_not();
      expectClose(own!.isnan().logical_not().to('uint8'), known.to('uint8'), 'NaNs', 0);
      expectClose(own!.nan_to_num(0), pooled.nan_to_num(0), 'maxima', 0);
    });
  });
});

test('windows that overlap, hang over or are padded, and gradients, are left to libtorch', () => {
  scope(() => {
    const input = ops.randn([1, 2, 5, 5, 5]);
    expect(directMaxPool(input, new nn.MaxPool3d(2))).toBeUndefined();
    noGrad(() => {
      expect(directMaxPool(input, new nn.MaxPool3d(2))).toBeDefined();
      for (const options of [{ stride: 1 }, { ceilMode: true }, { padding: 1 }, { dilation: 2 }])
        expect(directMaxPool(input, new nn.MaxPool3d(2, options))).toBeUndefined();
    });
  });
});

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

// Pooling for deterministic mode on a GPU; the arithmetic itself runs anywhere.
describe('max pooling as choices: the same numbers and gradients as libtorch, of equal values too', () => {
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

test('pooling by choices takes the place of libtorch only in deterministic mode, on a GPU, where something is learnt', () => {
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
