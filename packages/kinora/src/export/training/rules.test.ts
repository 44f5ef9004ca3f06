/** Each rule of differentiation against libtorch's autograd: the same weights and clips give the same loss and gradients. */
import { manualSeed, nn, ops, scope, type Tensor, trace } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { Network, type NetworkOutput } from '../../model/network.js';
import { bothTrainers, difference, randomBatch } from './agreement.test.util.js';
import { rules } from './rules/table.js';

type Compute = (maps: Tensor, layer: nn.Module) => Tensor;

/** A learnt mixture of the colours, so that what comes next must hand a gradient on; then the case. */
class Case extends Network {
  readonly mix = new nn.Conv3d(3, 4, 1, { bias: false });
  constructor(
    readonly compute: Compute,
    readonly layer: nn.Module = new nn.Identity(),
  ) {
    super();
  }
  forward(clips: Tensor): NetworkOutput {
    const features = this.compute(this.mix.call(clips), this.layer).flatten(1);
    // Weighted, because the gradients of a softmax alone add up to zero, and averages of them to rounding.
    const weights = ops.arange(features.shape[1]!).mul(0.7).sin();
    return { logits: features.mul(weights), features };
  }
}

const SIZE = [5, 6, 7] as const;
const BATCH = 3;
/** Of the largest value of each gradient; a batch norm over three vectors makes the most of rounding. */
const TOLERANCE = 5e-5;

const layer = (module: nn.Module, before: Compute = (x) => x): [Compute, nn.Module] => [
  (x, own) => own.call(before(x, own)),
  module,
];
/** `[N * T, C, H, W]` */
const frames: Compute = (x) => {
  const [n, c, t, h, w] = x.shape as [number, number, number, number, number];
  return x.permute([0, 2, 1, 3, 4]).reshape([n * t, c, h, w]);
};
/** The frames of a clip side by side again. */
const ofFrames = (module: nn.Module): [Compute, nn.Module] => [
  (x, own) => own.call(frames(x, own)).reshape([x.shape[0]!, -1]),
  module,
];

const CASES: Record<string, () => [Compute, nn.Module?]> = {
  conv3d: () => layer(new nn.Conv3d(4, 3, [2, 3, 3])),
  'conv3d, padding': () => layer(new nn.Conv3d(4, 3, 3, { padding: [1, 1, 0] })),
  'conv3d, stride, padding': () => layer(new nn.Conv3d(4, 3, 3, { stride: [2, 2, 1], padding: 1 })),
  'conv3d, stride along every axis': () => layer(new nn.Conv3d(4, 3, 3, { stride: 2, padding: 1 })),
  'conv3d, stride that leaves elements unread': () =>
    layer(new nn.Conv3d(4, 3, [2, 2, 3], { stride: [2, 4, 3] })),
  'conv3d, stride longer than the kernel': () =>
    layer(new nn.Conv3d(4, 6, 1, { stride: [2, 3, 2], bias: false })),
  'conv3d, stride 3 of a kernel of 5': () =>
    layer(new nn.Conv3d(4, 2, [3, 5, 4], { stride: [1, 3, 3], padding: [0, 2, 1] })),
  'conv3d, dilation': () =>
    layer(new nn.Conv3d(4, 3, [2, 3, 2], { dilation: [2, 1, 3], padding: [1, 1, 0] })),
  'conv3d, dilation and stride': () => layer(new nn.Conv3d(4, 3, 2, { dilation: 2, stride: [1, 2, 3] })),
  'conv3d, padding beyond the kernel': () => layer(new nn.Conv3d(4, 3, [1, 2, 1], { padding: [2, 2, 0] })),
  'conv3d, same padding of an even kernel': () => layer(new nn.Conv3d(4, 2, [2, 3, 4], { padding: 'same' })),
  'conv3d, groups': () => layer(new nn.Conv3d(4, 6, [2, 3, 3], { groups: 2, padding: 1 })),
  'conv3d, groups, stride': () => layer(new nn.Conv3d(4, 6, 3, { groups: 2, stride: 2, padding: 1 })),
  'conv3d, groups, dilation and stride': () =>
    layer(new nn.Conv3d(4, 4, 2, { groups: 2, stride: 2, dilation: 2 })),
  'conv3d, one filter a channel': () => layer(new nn.Conv3d(4, 4, 3, { groups: 4, padding: 1, bias: false })),
  'conv3d, one filter a channel, stride': () =>
    layer(new nn.Conv3d(4, 4, 3, { groups: 4, padding: 1, stride: [1, 2, 2], bias: false })),
  'conv3d, 1x1x1': () => layer(new nn.Conv3d(4, 5, 1)),
  'conv3d, 1x1x1, padding': () => layer(new nn.Conv3d(4, 5, 1, { padding: [1, 0, 1] })),
  'conv2d of frames, stride': () => ofFrames(new nn.Conv2d(4, 3, 3, { stride: 2, padding: 1 })),
  'conv1d over time': () => layer(new nn.Conv1d(4, 3, 3, { padding: 1 }), (x) => x.mean([3, 4])),
  'batch norm': () => layer(new nn.BatchNorm3d(4)),
  'batch norm of frames': () => ofFrames(new nn.BatchNorm2d(4)),
  'batch norm of vectors': () => layer(new nn.BatchNorm1d(4), (x) => x.square().mean([2, 3, 4])),
  'batch norm without parameters': () => layer(new nn.BatchNorm3d(4, { affine: false })),
  'batch norm without statistics': () => layer(new nn.BatchNorm3d(4, { trackRunningStats: false })),
  'linear of vectors': () => layer(new nn.Linear(4, 6), (x) => x.mean([2, 3, 4])),
  'linear of sequences': () => layer(new nn.Linear(4, 6), (x) => x.mean([3, 4]).transpose(1, 2)),
  'max pool': () => layer(new nn.MaxPool3d([2, 2, 3])),
  'max pool, overlapping, padded': () => layer(new nn.MaxPool3d(3, { stride: [1, 2, 2], padding: 1 })),
  'max pool of equal values': () => layer(new nn.MaxPool3d(2), (x) => x.relu()),
  'max pool of frames': () => ofFrames(new nn.MaxPool2d(3, { stride: 2, padding: 1 })),
  'average pool': () => layer(new nn.AvgPool3d([1, 2, 2])),
  'average pool, overlapping, padded': () =>
    layer(new nn.AvgPool3d([2, 3, 3], { stride: [1, 2, 2], padding: [1, 1, 0] })),
  'average pool, padding not counted': () =>
    layer(new nn.AvgPool3d(3, { stride: 2, padding: 1, countIncludePad: false })),
  'average pool, ceil': () => layer(new nn.AvgPool3d([2, 3, 2], { stride: 2, ceilMode: true })),
  'pools of frames': () => [
    (x) =>
      ops
        .cat(
          [
            ops.avg_pool2d(frames(x, x as never), [2, 2]),
            ops.adaptive_avg_pool2d(frames(x, x as never), [3, 7]).narrow(3, 0, 3),
          ],
          3,
        )
        .reshape([x.shape[0]!, -1]),
  ],
  'pools over time': () => [
    (x) => {
      const vectors = x.mean([3, 4]);
      return ops.cat(
        [ops.avg_pool1d(vectors, [2]), ops.max_pool1d(vectors, [2]), ops.adaptive_avg_pool1d(vectors, [1])],
        2,
      );
    },
  ],
  'average over everything': () => layer(new nn.AdaptiveAvgPool3d(1)),
  'average to a divisor': () => layer(new nn.AdaptiveAvgPool3d([5, 3, 1])),
  'ReLU, LeakyReLU, ReLU6': () => [
    (x) => ops.cat([x.relu(), ops.leaky_relu(x, 0.2), ops.hardtanh(x.mul(9), 0, 6)], 1),
  ],
  'activations in place': () => [(x) => ops.leaky_relu_(x.mul(2), 0.1).add(x)],
  'SiLU, sigmoid, tanh': () => [(x) => ops.cat([ops.silu(x), x.sigmoid(), x.tanh()], 1)],
  clamp: () => [(x) => x.clamp(-0.3, 0.4).add(x.clamp_max(0.1)).add(x.clamp_min(0.2))],
  arithmetic: () => [
    (x) =>
      ops
        .rsub(x.mul(x).add(x, { alpha: 3 }).sub(1.5).div(2), 4)
        .neg()
        .sub(x, { alpha: 2 })
        .square()
        .add(1)
        .sqrt()
        .log(),
  ],
  'exponential and quotient': () => [
    (x) =>
      x
        .exp()
        .div(x.square().add(1))
        .div(x.mean([2], true).square().add(1)),
  ],
  broadcasting: () => [
    (x) =>
      x
        .sub(x.mean([2, 3, 4], true))
        .mul(x.mean([1], true))
        .add(ops.arange(7)),
  ],
  'sums and means': () => [
    (x) => ops.cat([x.mean([2, 3]).flatten(1), x.sum([1]).flatten(1), x.mean([2], true).flatten(1)], 1),
  ],
  views: () => [
    (x) =>
      x
        .view([x.shape[0]!, 4, 5, 42])
        .unsqueeze(1)
        .squeeze(1)
        .unflatten(3, [6, 7])
        .flatten(3)
        .transpose(1, 3)
        .contiguous(),
  ],
  expand: () => [(x) => x.mean([2], true).expand([x.shape[0]!, 4, 5, 6, 7]).mul(x)],
  parts: () => [
    (x) =>
      ops
        .cat([x.narrow(2, 1, 2), x.select(2, -1).unsqueeze(2).clone(), x.narrow(2, 0, 1)], 2)
        .mul(x.narrow(2, 0, 4)),
  ],
  padding: () => [(x) => ops.pad(x, [1, 2, 0, 0, 2, -1]).mul(ops.constant_pad_nd(x, [3, 0, 0, 0, 0, 1], 2))],
  detached: () => [(x) => x.mul(x.detach()).add(x.detach())],
  'one value read by several': () => [(x) => x.mul(x.sigmoid()).add(x).add(x.clone())],
};

describe('gradients agree with libtorch', () => {
  test.each(Object.keys(CASES))('%s', async (name) => {
    const [compute, module] = CASES[name]!();
    manualSeed(3);
    using network = new Case(compute, module);
    // What is remembered after the first step is the gradient itself.
    const { onnx, torch, model } = bothTrainers(network, SIZE, 2, { optimizer: 'sgd' });
    const [, classes] = model.step.graph.inputs.find((port) => port.name === 'targets')!.shape;
    const batch = randomBatch(BATCH, SIZE, classes as number);
    const expected = torch.step(batch, 0.1);
    const received = await onnx.step(batch, 0.1);
    await onnx.release();
    expect([...received.keys()].filter((key) => key.endsWith('momentum_buffer'))).toHaveLength(
      network.parameters().length,
    );
    for (const [key, values] of received) {
      expect(Math.max(...expected.get(key)!.map(Math.abs)), key).toBeGreaterThan(1e-6);
      expect(difference(values, expected.get(key)!), key).toBeLessThan(TOLERANCE);
    }
  });

  test('every rule has a case', () => {
    const used = Object.values(CASES).flatMap((make) => {
      const [compute, module] = make();
      using network = new Case(compute, module);
      return scope(() => trace(() => network.call(ops.zeros([BATCH, 3, ...SIZE])))).calls;
    });
    const names = new Set(used.map(({ operator }) => operator.replace(/_$/, '')));
    // Dropout has its own test; nothing in Kinora calls the other ones by these names.
    const elsewhere = ['aten::dropout', 'aten::feature_dropout', 'aten::_unsafe_view', 'aten::alias'];
    expect(Object.keys(rules).filter((name) => !names.has(name))).toEqual(elsewhere);
  });
});
