/** Frame by frame or at once: a streaming network says the same. */
import { manualSeed, noGrad, ops, scope, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { findNetwork, networks } from '../registry.js';
import type { StreamState } from './causal.js';
import type { StreamingNetwork } from './causal-mobile.js';
import { entries } from './tables.js';

const build = (name: string): StreamingNetwork => {
  manualSeed(3);
  return findNetwork(name).build(5) as StreamingNetwork;
};

const difference = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().div(b.abs().max()).item());

/** Feeds the clip in pieces of these lengths and returns the logits after each. */
function stream(network: StreamingNetwork, clips: Tensor, lengths: readonly number[]): Tensor[] {
  let state: StreamState | null = null;
  let start = 0;
  return lengths.map((length) => {
    const output = network.step(clips.narrow(2, start, length), state);
    start += length;
    state = output.state;
    expect(state.frames).toBe(start);
    return output.logits;
  });
}

describe.each(entries.map(({ name }) => name))('%s', (name) => {
  test('gives after each frame the logits of the clip up to it', () => {
    using network = build(name);
    scope(() =>
      noGrad(() => {
        const clips = ops.randn([2, 3, 9, 32, 32]);
        network.call(clips); // moves the running statistics, in training mode
        network.eval();
        const streamed = stream(network, clips, new Array(9).fill(1));
        streamed.forEach((logits, t) => {
          const clip = network.call(clips.narrow(2, 0, t + 1)).logits;
          expect(difference(logits, clip), `frame ${t}`).toBeLessThan(1e-4);
        });
        expect(difference(streamed[0]!, streamed[8]!)).toBeGreaterThan(1e-3);
      }),
    );
  });
});

test('frames may come in pieces of any length, and two streams do not disturb each other', () => {
  using network = build('CausalMobile3DSmall').eval();
  scope(() =>
    noGrad(() => {
      const clips = ops.randn([1, 3, 8, 32, 32]);
      const last = stream(network, clips, [3, 1, 4]).at(-1)!;
      const first = network.step(clips.narrow(2, 0, 5), null);
      stream(network, clips.neg(), [2, 2]);
      const rest = network.step(clips.narrow(2, 5, 3), first.state);
      for (const logits of [last, rest.logits])
        expect(difference(logits, network.call(clips).logits)).toBeLessThan(1e-4);
    }),
  );
});

test('a frame does not know the future', () => {
  using network = build('CausalMobile3DSmall').eval();
  scope(() =>
    noGrad(() => {
      const clips = ops.randn([1, 3, 6, 32, 32]);
      const other = ops.cat([clips.narrow(2, 0, 4), ops.randn([1, 3, 2, 32, 32])], 2);
      const [a, b] = [clips, other].map((clip) => stream(network, clip, [1, 1, 1, 1, 1, 1]));
      expect(a!.map((logits, t) => ops.equal(logits, b![t]!))).toEqual([
        true,
        true,
        true,
        true,
        false,
        false,
      ]);
    }),
  );
});

test('step refuses a network in training, whose norms would see the whole batch', () => {
  using network = build('CausalMobile3DSmall');
  expect(() => scope(() => network.step(ops.zeros([1, 3, 1, 32, 32]), null))).toThrow(
    'CausalMobile.step: expected a network in evaluation mode, received one in training mode; call eval() first',
  );
});

test('the family is in the registry', () => {
  expect(networks).toEqual(expect.arrayContaining([...entries]));
});
