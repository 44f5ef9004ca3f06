/** What a 2D ResNet makes of a frame, its inflation makes of the frame standing still. */
import { manualSeed, nn, noGrad, ops, scope, shapesOnly, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { inflate } from './inflate.js';
import { findNetwork } from './registry.js';
import { ResNet } from './resnet/resnet.js';

/** An eighth of the channels: enough to see whether two networks are the same. */
function narrow(name: string): ResNet {
  const { table } = shapesOnly(() => findNetwork(name).build(5)) as ResNet;
  const widths = table.widths.map((width) => width / 8);
  return new ResNet({ ...table, widths, stem: [{ ...table.stem[0]!, output: widths[0]! }] }, 5);
}

/** A trained-looking 2D network: statistics and norms that are not those of a new one. */
function imageNetwork(name: string): ResNet {
  manualSeed(11);
  const network = narrow(name);
  scope(() => {
    network.call(ops.randn([4, 3, 1, 40, 40]));
    noGrad(() => {
      for (const weight of network.parameters()) if (weight.ndim === 1) weight.add_(ops.rand_like(weight));
    });
  });
  return network.eval();
}

const difference = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().div(b.abs().max()).item());

describe.each([
  ['resnet18', 'I3DResNet18'],
  ['resnet50', 'I3DResNet50'],
])('%s inflated to %s', (flat, solid) => {
  test.each([1, 5, 8])('gives on a still video of %i frames the logits of its frame', (frames) => {
    using image = imageNetwork(flat);
    using clip = narrow(solid).eval();
    scope(() =>
      noGrad(() => {
        const weights = new Map([...image.stateDict()].map(([name, weight]) => [name, weight.clone()]));
        const names = inflate(clip.stateDict(), weights);
        clip.loadStateDict(weights);
        expect(names).toEqual(
          [...clip.stateDict()].filter(([, { ndim }]) => ndim === 5).map(([name]) => name),
        );
        const frame = ops.randn([2, 3, 1, 33, 36]);
        const still = frame.expand([2, 3, frames, 33, 36]);
        expect(difference(clip.call(still).logits, image.call(frame).logits)).toBeLessThan(1e-5);
        expect(
          difference(clip.call(ops.randn([2, 3, 5, 33, 36])).logits, image.call(frame).logits),
        ).toBeGreaterThan(0.01);
      }),
    );
  });
});

test('where time is padded with zeros, only frames inside the video are the same', () => {
  using image = imageNetwork('resnet18');
  using clip = narrow('ResNet3D18').eval();
  scope(() =>
    noGrad(() => {
      const weights = new Map([...image.stateDict()].map(([name, weight]) => [name, weight.clone()]));
      inflate(clip.stateDict(), weights);
      clip.loadStateDict(weights);
      const frame = ops.randn([1, 3, 1, 32, 32]);
      const flat = nn.recordActivations(image, ['conv1'], () => image.call(frame)).recording;
      const solid = nn.recordActivations(clip, ['conv1'], () =>
        clip.call(frame.expand([1, 3, 10, 32, 32])),
      ).recording;
      const same = Array.from(
        { length: 10 },
        (_, t) => difference(solid.output('conv1').select(2, t), flat.output('conv1')) < 1e-5,
      );
      // Its kernel sees three frames to each side.
      expect(same).toEqual([false, false, false, true, true, true, true, false, false, false]);
      flat.dispose();
      solid.dispose();
    }),
  );
});
