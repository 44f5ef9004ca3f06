/** Two-Stream networks: against PyTorch, and what their streams have to do with each other. */
import { fileURLToPath } from 'node:url';
import { FLOW_FIELDS, flowByte } from '@kinora/clip';
import { manualSeed, nn, noGrad, ops, scope, serialize, type Tensor, tensor, trace } from '@kinora/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { flowInput, zeroInputs } from '../input.js';
import { findNetwork } from '../registry.js';
import { fuseScores, TwoStream, type TwoStreamTable } from './two-stream.js';

const golden = serialize.loadSafetensors(
  fileURLToPath(new URL('../../../golden/two-stream.safetensors', import.meta.url)),
);
afterAll(() => {
  for (const tensor of golden.values()) tensor.dispose();
});
const of = (name: string): Tensor => golden.get(name)!;

/** As in scripts/golden_two_stream.py. */
const tiny: TwoStreamTable = {
  name: 'tiny',
  summary: '',
  input: [5, 9, 11],
  stream: {
    see: [
      { out: 4, stride: 2 },
      { out: 6, stride: 1 },
    ],
    dropout: 0,
  },
  weights: { spatial: 1, temporal: 1.5 },
};

/** Largest difference, relative to the largest value. */
const difference = (a: Tensor, b: Tensor): number =>
  scope(() => noGrad(() => Number(a.sub(b).abs().max().div(b.abs().max()).item())));

test('agrees with PyTorch: scores, features, losses of the streams and gradients', () => {
  using network = new TwoStream(tiny, 3);
  const state = [...golden].filter(([name]) => name.startsWith('state.'));
  network.loadStateDict(new Map(state.map(([name, tensor]) => [name.slice(6), tensor])));
  scope(() => {
    const { logits, features, streams } = network.call(of('clips'), of('flow'));
    expect(difference(streams![0]!, of('spatial'))).toBeLessThan(1e-5);
    expect(difference(streams![1]!, of('temporal'))).toBeLessThan(1e-5);
    expect(difference(logits.softmax(1), of('scores'))).toBeLessThan(1e-5);
    expect(difference(features, of('features'))).toBeLessThan(1e-5);
    const [spatial, temporal] = streams!.map((scores) => nn.crossEntropy(scores, of('labels')));
    const loss = spatial!.add(temporal!).div(2);
    expect(difference(loss, of('loss'))).toBeLessThan(1e-5);
    loss.backward();
    for (const [name, parameter] of network.namedParameters())
      expect(difference(parameter.grad!, of(`gradient.${name}`)), name).toBeLessThan(1e-4);
  });
});

describe('fused scores', () => {
  test('are the weighted average of the softmax, also where all but one class have none', () => {
    scope(() => {
      const [a, b] = [tensor([[0, 0, Math.log(2)]]), tensor([[200, -200, 0]])];
      const scores = fuseScores([a, b], [1, 3]).exp().toTypedArray() as Float32Array;
      expect([...scores].map((score) => score.toFixed(4))).toEqual(['0.8125', '0.0625', '0.1250']);
      expect(fuseScores([b], [2]).sum().isfinite().item()).toBe(true);
    });
  });
});

describe('the streams', () => {
  // Not any weights: some hardly react to the order of frames.
  manualSeed(1);
  const [both, spatial, temporal] = ['TwoStreamSmall', 'SpatialStreamSmall', 'TemporalStreamSmall'].map(
    (name) => findNetwork(name).build(4),
  ) as [TwoStream, TwoStream, TwoStream];
  for (const network of [both, spatial, temporal]) network.eval();
  afterAll(() => {
    for (const network of [both, spatial, temporal]) network.dispose();
  });
  const inputs = () => {
    manualSeed(3);
    return [ops.randn([2, 3, 6, 84, 84]), ops.randn([2, 2, FLOW_FIELDS, 84, 84])] as const;
  };

  test('that were trained apart load into one network, whose scores are their average', () => {
    const weights = new Map([...spatial.stateDict(), ...temporal.stateDict()]);
    expect([...weights.keys()]).toEqual([...both.stateDict().keys()]);
    both.loadStateDict(weights);
    scope(() =>
      noGrad(() => {
        const [clips, flow] = inputs();
        const apart = [spatial.call(clips), temporal.call(clips, flow)].map(({ logits }) =>
          logits.softmax(1),
        );
        const expected = apart[0]!.add(apart[1]!).div(2);
        expect(difference(both.call(clips, flow).logits.softmax(1), expected)).toBeLessThan(1e-5);
      }),
    );
  });

  test('see one frame, and no more of the clip; and the motion between frames, but not its mean', () => {
    scope(() =>
      noGrad(() => {
        const [clips, flow] = inputs();
        const other = clips.clone();
        for (const t of [0, 1, 2, 4, 5]) other.select(2, t).zero_();
        expect(ops.equal(spatial.call(other).logits, spatial.call(clips).logits)).toBe(true);
        const still = temporal.call(clips, flow).logits;
        expect(difference(temporal.call(other, flow.add(3)).logits, still)).toBeLessThan(1e-4);
        expect(difference(temporal.call(clips, flow.flip([2])).logits, still)).toBeGreaterThan(1e-3);
      }),
    );
  });

  test('each have a loss of their own: neither gives the other a gradient', () => {
    scope(() => {
      const [clips, flow] = inputs();
      const [, motion] = both.call(clips, flow).streams!;
      motion!.sum().backward();
      expect(both.spatial!.fc.weight.grad).toBeNull();
      expect(both.temporal!.fc.weight.grad).not.toBeNull();
      both.zeroGrad();
    });
  });

  test('are traced with both inputs', () => {
    scope(() =>
      noGrad(() => {
        const given = zeroInputs(both, [6, 84, 84]);
        const { calls, idOf } = trace(() => both.call(...given));
        const read = new Set(
          calls.flatMap(({ inputs: used }) =>
            [...used.values()].map((value) => (value as { tensor?: number })?.tensor),
          ),
        );
        for (const input of given) expect(read.has(idOf(input!)!)).toBe(true);
      }),
    );
  });

  test('say what is missing', () => {
    scope(() => {
      const [clips] = inputs();
      expect(() => both.call(clips)).toThrow(
        'TwoStreamSmall: expected clips and optical flow [N, 2, 10, H, W], received only clips; request it from the loader',
      );
      expect(() => temporal.call(clips.select(2, 0), clips)).toThrow(/expected clips \[N, 3, T, H, W\]/);
    });
  });
});

test('bytes of flow become pixels, x before y', () => {
  scope(() => {
    const bytes = new Uint8Array(FLOW_FIELDS * 2 * 3 * 2).fill(128);
    bytes.set([flowByte(-20), flowByte(3)], 12);
    const flow = flowInput(bytes, [1, 16, 2, 3]);
    expect(flow.shape).toEqual([1, 2, FLOW_FIELDS, 2, 3]);
    const at = (channel: number, field: number) => Number(flow.index(0, channel, field, 0, 0).item());
    expect([at(0, 1), at(1, 1), at(0, 0)].map((pixels) => pixels.toFixed(2))).toEqual([
      '-20.00',
      '2.99',
      '0.00',
    ]);
  });
});
