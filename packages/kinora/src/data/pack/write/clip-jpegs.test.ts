/** Of a part of a video only some frames are kept; at any frame rate the part shows what it showed. */
import { randomStream, resampleByTime } from '@kinora/clip';
import { expect, test } from 'vitest';
import { keptFrames } from './clip-jpegs.js';

test('a part shows the frames it showed in the whole video, at any rate, steady or not', () => {
  const random = randomStream(7);
  let cut = 0;
  for (let trial = 0; trial < 500; trial++) {
    const count = 1 + random.below(40);
    const steady = random.below(2) === 0;
    const gaps = Array.from({ length: count - 1 }, () => (steady ? 1 / 25 : random.uniform(0.001, 0.3)));
    const times = Float64Array.from([0, ...gaps.map((_, i) => gaps.slice(0, i + 1).reduce((a, b) => a + b))]);
    const length = times.at(-1)! + 0.2;
    const start = random.below(3) === 0 ? undefined : random.uniform(0, length);
    const end = random.below(3) === 0 ? undefined : (start ?? 0) + random.uniform(0.001, length);
    const part = { path: '', ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    const kept = keptFrames({ count, times }, part);
    const lead = kept.times!.length - kept.positions.length;
    for (const rate of [3, 12, 25, 60]) {
      const whole = resampleByTime(times, rate, start, end);
      const stored = resampleByTime(Float64Array.from(kept.times!), rate, start, end);
      expect(Array.from(stored, (position) => kept.positions[position - lead])).toEqual([...whole]);
    }
    if (kept.positions.length < count) cut++;
  }
  expect(cut).toBeGreaterThan(100);
});

test('all frames of what has no timestamps', () => {
  expect(keptFrames({ count: 3 }, { path: '', start: 1 })).toEqual({ positions: [0, 1, 2] });
});
