import { describe, expect, test } from 'vitest';
import { nn, noGrad, ops, scope } from '../../index.js';
import { expectClose } from '../golden.test.util.js';
import { directMaxPool } from './direct-pool.js';

describe('the same numbers as libtorch', () => {
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
