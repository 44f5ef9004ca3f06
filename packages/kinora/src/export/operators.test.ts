import { manualSeed, nn, ops, slice, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { Network, type NetworkOutput } from '../model/network.js';
import { agreement, pretendTraining } from './agreement.test.util.js';

/** A module of several outputs, reduced to the first. */
class First extends nn.Module {
  constructor(readonly inner: nn.LSTM | nn.GRU) {
    super();
  }
  forward(sequence: Tensor): Tensor {
    const [output, state] = this.inner.call(sequence);
    const last = Array.isArray(state) ? state[1] : state;
    return ops.cat([output.flatten(1), last.transpose(0, 1).flatten(1)], 1);
  }
}

class Case extends Network {
  constructor(
    readonly compute: (clips: Tensor, layer: nn.Module) => Tensor,
    readonly layer: nn.Module = new nn.Identity(),
  ) {
    super();
  }
  forward(clips: Tensor): NetworkOutput {
    const features = this.compute(clips, this.layer).flatten(1);
    return { logits: features, features };
  }
}

/** Clips are `[N, 3, 4, 6, 6]`. */
const SIZE = [4, 6, 6] as const;
/** Frames as a batch: `[N * 4, 3, 6, 6]`. */
const frames = (x: Tensor): Tensor => x.permute([0, 2, 1, 3, 4]).reshape([x.shape[0]! * 4, 3, 6, 6]);
/** A sequence of 4 vectors: `[N, 4, 3]`. */
const sequence = (x: Tensor): Tensor => x.mean([3, 4]).transpose(1, 2);

const layer = (module: nn.Module, before: (x: Tensor) => Tensor = (x) => x): [Case['compute'], nn.Module] => [
  (x, own) => own.call(before(x)),
  module,
];

const CASES: Record<string, [Case['compute'], nn.Module?]> = {
  'conv3d, stride, dilation': layer(
    new nn.Conv3d(3, 4, [2, 3, 3], { stride: [1, 2, 2], dilation: [2, 1, 1] }),
  ),
  'conv3d, groups, no bias': layer(new nn.Conv3d(3, 6, 3, { groups: 3, padding: 1, bias: false })),
  'conv3d, same padding of an even kernel': layer(new nn.Conv3d(3, 2, [2, 3, 4], { padding: 'same' })),
  'conv2d on frames, batch norm': layer(
    new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4)),
    frames,
  ),
  'conv1d over time': layer(new nn.Conv1d(3, 5, 3, { padding: 1 }), (x) => x.mean([3, 4])),
  'linear on sequences': layer(new nn.Linear(3, 5), sequence),
  'linear, batch norm': layer(new nn.Sequential(new nn.Linear(3, 5), new nn.BatchNorm1d(5)), (x) =>
    x.mean([2, 3, 4]),
  ),
  'max pool, padding and ceil': layer(
    new nn.MaxPool3d([2, 3, 3], { stride: 2, padding: [0, 1, 1], ceilMode: true }),
  ),
  'average pool': layer(new nn.AvgPool3d([2, 3, 3], { padding: [1, 1, 1] })),
  'adaptive average pool to a divisor': layer(new nn.AdaptiveAvgPool3d([2, 3, 1])),
  'adaptive max pool to one': layer(new nn.AdaptiveMaxPool3d(1)),
  'layer norm': layer(new nn.LayerNorm([6, 6])),
  'group norm': [(x) => ops.group_norm(x, 3, ops.arange(3).add(1), ops.arange(3))],
  'LSTM, two layers, both directions': layer(
    new First(new nn.LSTM(3, 5, { numLayers: 2, bidirectional: true, batchFirst: true })),
    sequence,
  ),
  'LSTM without bias': layer(new First(new nn.LSTM(3, 4, { bias: false, batchFirst: true })), sequence),
  'GRU, two layers': layer(new First(new nn.GRU(3, 4, { numLayers: 2, batchFirst: true })), sequence),
  activations: [
    (x) =>
      ops.stack(
        [
          x.relu(),
          ops.leaky_relu(x, 0.2),
          x.sigmoid(),
          x.tanh(),
          ops.silu(x),
          ops.hardswish(x),
          ops.gelu(x),
          ops.elu(x),
        ],
        1,
      ),
  ],
  'tanh gelu, hardsigmoid, hardtanh, clamps': [
    (x) =>
      ops.cat(
        [
          ops.gelu(x, { approximate: 'tanh' }),
          ops.hardsigmoid(x),
          ops.hardtanh(x, -0.5, 0.7),
          x.clamp(-1, 0.5),
          x.clamp_min(0.1),
        ],
        -1,
      ),
  ],
  'softmax and log-softmax': [(x) => ops.cat([ops.softmax(x, -1), ops.log_softmax(x, 1)], 2)],
  arithmetic: [
    (x) =>
      ops
        .rsub(x.mul(x).add(x, { alpha: 3 }).sub(1.5).div(2), 4)
        .abs()
        .add(1)
        .sqrt()
        .pow(3)
        .add(x.neg().exp()),
  ],
  comparisons: [
    (x) =>
      ops
        .cat([x.eq(x.amax([1], true)), x.lt(0.5), x.ge(x.neg())], 1)
        .to('float32')
        .add(x.mean([1], true)),
  ],
  'log-sum-exp': [
    (x) =>
      ops.cat(
        [x.logsumexp([1]), x.log_softmax(1).logsumexp([2, 3])].map((y) => y.flatten(1)),
        1,
      ),
  ],
  'maximum, minimum': [(x) => ops.maximum(x, x.neg()).add(ops.minimum(x, x.mul(2)))],
  'mean, sum, extremes': [
    (x) => ops.cat([x.mean([2], true), x.sum([2], true), ops.amax(x, [2], true), ops.max(x, 2, true)[0]], 1),
  ],
  'variance and deviation': [(x) => ops.cat([ops.var(x, [2, 3]), ops.std(x, [2, 3], false)], 1)],
  'cumulative sum': [(x) => ops.cumsum(x, 2)],
  'slices and selections': [
    (x) =>
      ops.cat(
        [
          x.index(slice(), slice(), slice(1, -1, 2)),
          x.narrow(2, 1, 2),
          x.select(2, -1).unsqueeze(2),
          x.index(slice(0, x.shape[0]!)),
        ],
        2,
      ),
  ],
  'chunk, split and unbind': [
    (x) => {
      const [a, b] = ops.chunk(x, 2, 2) as [Tensor, Tensor];
      const [c, d] = ops.split(x, 3, 2) as [Tensor, Tensor];
      const unbound = ops.unbind(x, 2) as Tensor[];
      return ops.cat([b, a, d, c, ops.stack(unbound.reverse(), 2)], 2);
    },
  ],
  'flip, roll and pad': [
    (x) =>
      ops.cat(
        [
          ops.flip(x, [2, 4]),
          ops.roll(x, [1], [2]),
          ops.pad(x, [0, 0, 0, 0, 1, -1]),
          ops.pad(x, [0, 0, 0, 0, 2, 0], 'constant', 3),
        ],
        2,
      ),
  ],
  'frames as a batch and back': [
    (x) => frames(x).mul(2).view([x.shape[0]!, 4, 3, 6, 6]).movedim([1], [2]).add(x),
  ],
  'expand over the batch': [
    (x) =>
      ops
        .arange(6)
        .view([1, 6])
        .expand([x.shape[0]!, 6])
        .mul(x.mean([1, 2, 3]))
        .add(1),
  ],
  'zeros of the batch': [
    (x) => ops.cat([ops.zeros([x.shape[0]!, 3, 1, 6, 6]), x.index(slice(), slice(), slice(0, 3))], 2),
  ],
  'gather by a constant index': [
    (x) =>
      x
        .index_select(2, ops.arange(3, 0, -1, { dtype: 'int64' }))
        .add(x.index(slice(), slice(), ops.arange(3, { dtype: 'int64' }))),
  ],
  'matrix products and einsum': [
    (x) => {
      const s = sequence(x);
      return ops
        .bmm(s, s.transpose(1, 2))
        .add(ops.matmul(s, s.transpose(1, 2)))
        .add(ops.einsum('nij,nkj->nik', [s, s]));
    },
  ],
};

describe('operators in ONNX agree with libtorch', () => {
  test.each(Object.keys(CASES))('%s', async (name) => {
    const [compute, module] = CASES[name]!;
    manualSeed(3);
    const network = new Case(compute, module);
    pretendTraining(network, SIZE);
    const { logits, scale } = await agreement(network, SIZE, 2, { batch: 5 });
    expect(scale).toBeGreaterThan(0.05);
    expect(logits).toBeLessThan(2e-5 * Math.max(1, scale));
  });
});
