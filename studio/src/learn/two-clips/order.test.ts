import { expect, it } from 'vitest';
import { meanVote, ranked, reversed } from './order.js';

const frames = { data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3), count: 3, height: 1, width: 1 };

it('reverses the order of the frames, and restores it', () => {
  expect([...reversed(frames).data]).toEqual([3, 3, 3, 2, 2, 2, 1, 1, 1]);
  expect(reversed(reversed(frames))).toEqual(frames);
});

it('averages votes with the same bits in either order, for halves and quarters', () => {
  const votes = [Float32Array.of(0.5, 0.5), Float32Array.of(0.25, 0.75)];
  expect([...meanVote(votes)]).toEqual([0.375, 0.625]);
  expect(meanVote([...votes].reverse())).toEqual(meanVote(votes));
});

it('ranks', () => {
  expect(ranked([0.1, 0.7, 0.2], ['a', 'b', 'c'], 2)).toEqual([
    { label: 'b', score: 0.7 },
    { label: 'c', score: 0.2 },
  ]);
});
