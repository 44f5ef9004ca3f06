/** What defines the families: which of them see the order of frames, and how. */

import { randomStream } from '@kinora/clip';
import { manualSeed, noGrad, ops, scope, type Tensor, tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { type ConsensusNetwork, shift, TemporalShift } from './consensus.js';
import { engineRandom, fixedRandom } from './frame-network.js';
import { CLASSES, SEGMENTS, tiny } from './tiny.test.util.js';
import { chooseTuples } from './trn.js';

/** Logits of random clips, and of the same clips with their frames in another order. */
function withOrders(name: string, ...orders: number[][]): Tensor[] {
  manualSeed(2);
  using network = tiny[name]!();
  network.eval();
  return noGrad(() => {
    const clips = ops.randn([3, 3, SEGMENTS, 10, 8]);
    const logits = (order: number[]) =>
      network.call(clips.index_select(2, tensor(order, { dtype: 'int64' })));
    return [[0, 1, 2, 3], ...orders].map((order) => logits(order).logits);
  });
}

const distance = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().item());
const ROUNDING = 1e-6;
const REVERSED = [3, 2, 1, 0];

describe('the order of frames', () => {
  test('is nothing to the average over frames', () => {
    scope(() => {
      const [forward, ...others] = withOrders('tsn', REVERSED, [2, 0, 3, 1]);
      for (const other of others) expect(distance(forward!, other)).toBeLessThan(ROUNDING);
    });
  });

  test('is nothing to the single frame: only the middle one counts', () => {
    scope(() => {
      const [forward, others, without] = withOrders('single', [3, 1, 2, 0], [0, 1, 3, 2]);
      expect(distance(forward!, others!)).toBe(0);
      expect(distance(forward!, without!)).toBeGreaterThan(1e-3);
    });
  });

  test('is drawn for the single frame in training, from the middle half of each clip', () => {
    manualSeed(4);
    using network = tiny.single!();
    const seen = new Set<number>();
    scope(() => {
      // Clips of 8 frames that hold their own number; frames are told apart by what the network is given.
      const clips = ops.arange(8).view([1, 1, 8, 1, 1]).expand([16, 3, 8, 10, 8]);
      const { base_model } = network as ConsensusNetwork;
      const { forward } = base_model;
      base_model.forward = (frames) => {
        for (const value of frames.select(1, 0).flatten(1).select(1, 0).toTypedArray())
          seen.add(Number(value));
        return forward.call(base_model, frames);
      };
      for (let step = 0; step < 4; step++) network.call(clips);
    });
    expect([...seen].sort()).toEqual([2, 3, 4, 5]);
  });

  test.each(['tsm', 'lrcn', 'lrcn-last', 'trn', 'trn-multiscale'])('changes what %s says', (name) => {
    scope(() => {
      const [forward, backward] = withOrders(name, REVERSED);
      expect(forward!.shape).toEqual([3, CLASSES]);
      expect(distance(forward!, backward!)).toBeGreaterThan(1e-3);
    });
  });
});

describe('the temporal shift', () => {
  test('moves an eighth of the channels each way and fills up with zeros', () => {
    scope(() => {
      // Two clips of 4 frames with 16 channels of one pixel: the value is 100 * frame + channel.
      const frames = Array.from({ length: 8 }, (_, frame) =>
        Array.from({ length: 16 }, (_, channel) => 100 * (frame + 1) + channel),
      );
      const shifted = shift(tensor(frames.flat()).view([8, 16, 1, 1]), 4, 8)
        .flatten(1)
        .toArray() as number[][];
      shifted.forEach((channels, frame) => {
        const at = (neighbour: number, channel: number) =>
          Math.floor(frame / 4) === Math.floor(neighbour / 4) ? frames[neighbour]![channel]! : 0;
        const expected = frames[frame]!.map((value, channel) => {
          if (channel < 2) return at(frame + 1, channel);
          return channel < 4 ? at(frame - 1, channel) : value;
        });
        expect(channels).toEqual(expected);
      });
    });
  });

  test('stands in front of the first convolution of every residual block, and nowhere else', () => {
    using network = tiny.tsm!();
    const shifts = [...network.namedModules()].filter(([, module]) => module instanceof TemporalShift);
    expect(shifts.map(([path]) => path)).toEqual(['base_model.layer1.0.conv1', 'base_model.layer2.0.conv1']);
  });
});

describe('tuples of frames', () => {
  test('are different, and each in order', () => {
    const random = randomStream(4);
    for (let frames = 2; frames <= 20; frames++) {
      for (let size = 2; size <= frames; size++) {
        const tuples = chooseTuples(frames, size, 3, random);
        expect(new Set(tuples.map(String)).size).toBe(Math.min(3, size === frames ? 1 : frames));
        for (const tuple of tuples) {
          expect(tuple).toHaveLength(size);
          expect(tuple.every((position, i) => i === 0 || position > tuple[i - 1]!)).toBe(true);
          expect(tuple.at(-1)).toBeLessThan(frames);
        }
      }
    }
  });

  test('are all equally likely', () => {
    const random = randomStream(5);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const [tuple] = chooseTuples(4, 2, 1, random);
      counts.set(String(tuple), (counts.get(String(tuple)) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('are those of the golden file in evaluation, and follow the seed in training', () => {
    const random = fixedRandom();
    expect([4, 3, 2].map((size) => chooseTuples(4, size, 3, random))).toEqual([
      [[0, 1, 2, 3]],
      [
        [1, 2, 3],
        [0, 1, 2],
        [0, 1, 3],
      ],
      [
        [2, 3],
        [1, 2],
        [1, 3],
      ],
    ]);
    const drawn = [6, 7, 6].map((seed) => {
      manualSeed(seed);
      return chooseTuples(16, 8, 3, engineRandom());
    });
    expect(drawn[2]).toEqual(drawn[0]);
    expect(drawn[1]).not.toEqual(drawn[0]);
  });

  test('change from call to call in training, never in evaluation', () => {
    manualSeed(3);
    using network = tiny['trn-multiscale']!();
    scope(() =>
      noGrad(() => {
        const clips = ops.randn([2, 3, SEGMENTS, 10, 8]);
        const logits = () => network.call(clips).logits;
        network.eval();
        expect(distance(logits(), logits())).toBe(0);
        network.train();
        expect(Math.max(...Array.from({ length: 5 }, () => distance(logits(), logits())))).toBeGreaterThan(
          1e-3,
        );
      }),
    );
  });
});

describe('the number of frames', () => {
  const clips = (frames: number) => ops.zeros([1, 3, frames, 10, 8]);

  test.each(['single', 'tsn', 'lrcn', 'lrcn-last'])('is free for %s', (name) => {
    using network = tiny[name]!();
    network.eval();
    scope(() => expect(network.call(clips(7)).logits.shape).toEqual([1, CLASSES]));
  });

  test.each(['tsm', 'trn', 'trn-multiscale'])('is that of the table for %s', (name) => {
    using network = tiny[name]!();
    scope(() =>
      expect(() => network.call(clips(7))).toThrow(
        new RegExp(`^${name}: expected clips of 4 frames, .* received 7 frames; build it for 7 frames`),
      ),
    );
  });

  test('is told apart from other mistakes', () => {
    using network = tiny.tsn!();
    scope(() =>
      expect(() => network.call(ops.zeros([3, 4, 10, 8]))).toThrow(
        'tsn: expected clips [N, 3, T, H, W], received [3, 4, 10, 8]',
      ),
    );
  });
});
