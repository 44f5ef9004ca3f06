/** The WebAssembly of both passes gives the pixels of the definition, at any size; PIL's own are in augment.test.ts. */
import { expect, test } from 'vitest';
import { randomStream } from './augment/random.js';
import { type Frames, frameBytes } from './frames.js';
import { resizeFrames } from './resize.js';

const random = randomStream(11);

function noise(count: number, height: number, width: number): Frames {
  const data = Uint8Array.from({ length: frameBytes(height, width, count) }, () => random.uint32());
  return { data, count, height, width };
}

/** One pass along a line of `size` values: a triangle as wide as the step, 22-bit weights, rounded once to a byte. */
function resized(line: readonly number[], out: number): number[] {
  const scale = line.length / out;
  const support = Math.max(1, scale);
  return Array.from({ length: out }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = line.slice(first, Math.min(line.length, Math.trunc(centre + support + 0.5)));
    const shares = taps.map((_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) * (1 / support))),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    const weights = shares.map((share) => Math.trunc(0.5 + (share / total) * 2 ** 22));
    const sum = taps.reduce((all, value, tap) => all + value * weights[tap]!, 2 ** 21);
    return Math.min(255, Math.floor(sum / 2 ** 22));
  });
}

/** Columns first, then rows, each channel by itself. */
function defined(frames: Frames, height: number, width: number): number[] {
  const value = (t: number, y: number, x: number, c: number): number =>
    frames.data[((t * frames.height + y) * frames.width + x) * 3 + c]!;
  const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
  return range(frames.count).flatMap((t) => {
    const channels = range(3).map((c) => {
      const narrow = range(frames.height).map((y) =>
        resized(
          range(frames.width).map((x) => value(t, y, x, c)),
          width,
        ),
      );
      return range(width).map((x) =>
        resized(
          narrow.map((row) => row[x]!),
          height,
        ),
      );
    });
    return range(height).flatMap((y) =>
      range(width).flatMap((x) => channels.map((columns) => columns[x]![y]!)),
    );
  });
}

test('any size to any other, larger and smaller frames in turn', () => {
  for (let trial = 0; trial < 40; trial++) {
    const [h, w, height, width] = Array.from({ length: 4 }, () => 1 + (random.uint32() % 45)) as [
      number,
      number,
      number,
      number,
    ];
    const frames = noise(1 + (trial % 3), h, w);
    const out = resizeFrames(frames, height, width);
    expect([...out.data], `${w}x${h} to ${width}x${height}`).toEqual(
      [h, w].join() === [height, width].join() ? [...frames.data] : defined(frames, height, width),
    );
  }
});

test('white stays white, whatever the rounding of the weights', () => {
  for (const size of [7, 33, 100]) {
    const white = {
      data: new Uint8Array(frameBytes(size, 2 * size)).fill(255),
      count: 1,
      height: size,
      width: 2 * size,
    };
    expect(new Set(resizeFrames(white, 17, 23).data)).toEqual(new Set([255]));
  }
});

test('times stay with the frames, and memory that is given is used', () => {
  const storage = new Uint8Array(1000);
  const out = resizeFrames({ ...noise(2, 8, 8), times: Float64Array.of(0, 0.1) }, 4, 5, storage);
  expect(out.times).toEqual(Float64Array.of(0, 0.1));
  expect(out.data.buffer).toBe(storage.buffer);
});
