import { expect, test } from 'vitest';
import { nn, noGrad, ops, scope, type Tensor, trace } from '../../index.js';
import { expectClose } from '../golden.test.util.js';
import { directConv3d } from './direct-conv.js';

const layer = new nn.Conv3d(5, 7, [2, 3, 3], { stride: [1, 2, 1], padding: [1, 0, 1], dilation: [1, 1, 2] });
const clip = (n = 1, t = 6): Tensor => ops.randn([n, 5, t, 9, 11]);
const padding = layer.padding as number[];
const direct = (input: Tensor): Tensor | undefined => directConv3d(input, { ...layer, padding });

test('one clip: the same as libtorch', () => {
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

test("libtorch's choice stands with gradients, several clips, other types and large inputs", () => {
  scope(() => {
    expect(direct(clip())).toBeUndefined();
    noGrad(() => {
      expect(direct(clip(2))).toBeUndefined();
      expect(direct(clip().to('float64'))).toBeUndefined();
      expect(direct(ops.randn([1, 5, 500, 9, 11]))).toBeUndefined();
    });
  });
});

test('a trace tells of the operator that was meant', () => {
  scope(() => {
    const { calls } = trace(() => noGrad(() => layer.call(clip())));
    expect(calls.map(({ operator }) => operator)).toContain('aten::conv3d');
    expect(calls.map(({ operator }) => operator)).not.toContain('aten::mkldnn_convolution');
  });
});
