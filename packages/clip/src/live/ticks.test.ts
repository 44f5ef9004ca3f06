import { describe, expect, test } from 'vitest';
import { randomStream } from '../augment/random.js';
import { resampleByTime } from '../sample.js';
import { Ticks } from './ticks.js';

/** The frames that a running source shows at each tick; its last frame leaves the screen as `resampleByTime` has it. */
function shown(times: readonly number[], rate: number): number[] {
  const ticks = new Ticks(rate);
  const positions: number[] = [];
  const last = times.at(-1)!;
  const end = last + (times.length > 1 ? last - times.at(-2)! : 1 / rate);
  for (const [i, time] of [...times, end].entries())
    positions.push(...Array.from({ length: ticks.advance(time) }, () => i - 1));
  return positions;
}

const jittered = (rate: number, count: number, seed: number): number[] => {
  const random = randomStream(seed, 0, 0, 0);
  return Array.from({ length: count }, (_, i) => 5 + (i + 0.4 * random.uniform()) / rate);
};

describe('a running source shows at each tick what the whole video does', () => {
  test.each([
    ['30 per second', jittered(30, 200, 1), 12],
    ['25 per second', jittered(25, 60, 2), 12],
    ['slower than the network', jittered(7, 40, 3), 12],
    ['exactly the rate', Array.from({ length: 40 }, (_, i) => i / 12), 12],
    ['twice the rate', Array.from({ length: 40 }, (_, i) => 1 + i / 24), 12],
    ['a gap of three seconds', [0, 0.1, 0.2, 3.2, 3.3], 12],
    ['a single frame', [4], 12],
  ])('%s', (_, times, rate) => {
    expect(shown(times, rate)).toEqual([...resampleByTime(Float64Array.from(times), rate)]);
  });
});
