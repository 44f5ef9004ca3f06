/** Sampling against the tutorial's rules, and resampling by time. */
import { describe, expect, test } from 'vitest';
import { randomStream } from './augment/random.js';
import { resampleByRate, resampleByTime, samplePositions } from './sample.js';

const dense = { frames: 18, stride: 2, clips: 1, sampling: 'dense' } as const;

describe('dense', () => {
  test('validation starts at 0', () => {
    expect([...samplePositions(37, dense)]).toEqual([...Array(18).keys()].map((i) => i * 2));
  });

  test('a short clip repeats its last frame', () => {
    const positions = [...samplePositions(30, dense)];
    expect(positions.slice(0, 15)).toEqual([...Array(15).keys()].map((i) => i * 2));
    expect(positions.slice(15)).toEqual([29, 29, 29]);
    expect([...samplePositions(1, dense)]).toEqual(new Array(18).fill(0));
  });

  test('training starts anywhere in [0, frames - window)', () => {
    const starts = new Set<number>();
    for (let i = 0; i < 500; i++) starts.add(samplePositions(41, dense, randomStream(0, 0, i))[0]!);
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(samplePositions(36, dense, randomStream(0))[0]).toBe(0);
  });

  test('several clips follow one another; -1 takes everything', () => {
    expect(samplePositions(200, { ...dense, clips: 3 })).toHaveLength(54);
    expect([...samplePositions(7, { ...dense, clips: -1 })]).toEqual([0, 2, 4, 6]);
  });
});

test('centre takes the middle, in training too', () => {
  const spec = { ...dense, sampling: 'centre' } as const;
  expect(samplePositions(46, spec)[0]).toBe(5);
  expect(samplePositions(46, spec, randomStream(0))).toEqual(samplePositions(46, spec));
  expect(samplePositions(20, spec)[0]).toBe(0);
});

describe('uniform', () => {
  const spec = { ...dense, frames: 4, sampling: 'uniform' } as const;
  test('validation takes the middle of each segment', () => {
    expect([...samplePositions(40, spec)]).toEqual([5, 15, 25, 35]);
  });
  test('training takes one frame of each segment', () => {
    for (let i = 0; i < 200; i++) {
      const positions = [...samplePositions(40, spec, randomStream(0, 0, i))];
      expect(positions.map((p) => Math.floor(p / 10))).toEqual([0, 1, 2, 3]);
    }
  });
  test('fewer frames than segments', () => {
    expect([...samplePositions(2, spec)]).toEqual([0, 0, 1, 1]);
  });
});

describe('frame rates', () => {
  const times = (rate: number, count: number) => Float64Array.from({ length: count }, (_, i) => i / rate);
  test('the same rate changes nothing', () => {
    expect([...resampleByTime(times(12, 30), 12)]).toEqual([...Array(30).keys()]);
    expect([...resampleByTime(times(29.97, 30), 29.97)]).toEqual([...Array(30).keys()]);
  });
  test('half and double the rate', () => {
    expect([...resampleByTime(times(24, 8), 12)]).toEqual([0, 2, 4, 6]);
    expect([...resampleByTime(times(12, 3), 24)]).toEqual([0, 0, 1, 1, 2, 2]);
  });
  test('a variable rate is played at its true speed', () => {
    // One second at 4 frames a second, then one at 2.
    const stamps = Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.5);
    expect([...resampleByTime(stamps, 4)]).toEqual([0, 1, 2, 3, 4, 4, 5, 5]);
  });
  test('a part of a clip', () => {
    expect([...resampleByTime(times(10, 50), 10, 1, 1.5)]).toEqual([10, 11, 12, 13, 14]);
    expect([...resampleByRate(50, 10, 1, 1.5)]).toEqual([10, 11, 12, 13, 14]);
    expect([...resampleByRate(5, 10)]).toEqual([0, 1, 2, 3, 4]);
  });
});
