/**
 * Sampling: which frame of a source is shown at each tick of the network's frame rate, and which of these frames form a
 * clip. Pure functions that return positions in the video, in order, and never touch a frame.
 */
import type { Random } from './augment/random.js';
import type { PreprocessSpec } from './spec.js';

export type SamplingSpec = Pick<PreprocessSpec, 'frames' | 'stride' | 'clips' | 'sampling'>;

/**
 * The positions `[T]` (int32, each in `[0, count)`) to take from a video of `count >= 1` frames.
 * With a random stream for training, without one for validation.
 */
export function samplePositions(count: number, spec: SamplingSpec, random?: Random): Int32Array {
  switch (spec.sampling) {
    case 'dense':
      return densePositions(count, spec, random);
    case 'centre':
      return centrePositions(count, spec);
    case 'uniform':
      return uniformPositions(count, spec, random);
    default:
      return spec.sampling satisfies never;
  }
}

/**
 * The tutorial's sampling: a window of `frames * clips * stride` frames, every `stride`-th of which
 * is taken. It starts anywhere in `[0, count - window)` in training (the last start is never drawn, as
 * there) and at 0 in validation. A video shorter than the window repeats its last frame.
 */
export function densePositions(count: number, spec: SamplingSpec, random?: Random): Int32Array {
  const window = windowLength(count, spec);
  const start = random !== undefined && count > window ? random.below(count - window) : 0;
  return everyStride(count, start, window, spec.stride);
}

/** Like dense, but from the middle of the video, in training too. */
export function centrePositions(count: number, spec: SamplingSpec): Int32Array {
  const window = windowLength(count, spec);
  return everyStride(count, Math.max(0, (count - window) >> 1), window, spec.stride);
}

/**
 * Segments as in Temporal Segment Networks (Wang et al., ECCV 2016): the video is cut into `frames * clips`
 * equal parts and one frame is taken from each: a random one in training, the middle one in validation.
 * A video with fewer frames than segments shows some frames more than once. `stride` is not used.
 */
export function uniformPositions(count: number, spec: SamplingSpec, random?: Random): Int32Array {
  const segments = spec.clips === -1 ? count : spec.frames * spec.clips;
  return Int32Array.from({ length: segments }, (_, i) => {
    const place = i + (random === undefined ? 0.5 : random.uniform());
    return Math.min(count - 1, Math.floor((place * count) / segments));
  });
}

/** Number of frames spanned by the clip; with `clips` -1, the whole video. */
export function windowLength(count: number, spec: SamplingSpec): number {
  return spec.clips === -1 ? count : spec.frames * spec.clips * spec.stride;
}

function everyStride(count: number, start: number, window: number, stride: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(window / stride) }, (_, i) =>
    Math.min(count - 1, start + i * stride),
  );
}

/** One millionth of a second: timestamps that differ by rounding of their time base count as equal. */
const SAME = 1e-6;

/**
 * Positions `[ticks]` (int32) of the frame shown at `from + k / rate` for k = 0, 1, ... before `to`.
 * Uses timestamps, so that a variable frame rate is played at its true speed.
 * `times` are the moments (seconds, ascending) at which each frame appears; the last one stays as long as
 * the one before it did, or one tick if it is alone. At least one position is returned.
 */
export function resampleByTime(times: Float64Array, rate: number, from?: number, to?: number): Int32Array {
  const first = times[0]!;
  const start = Math.max(first, first + (from ?? 0));
  const end = Math.min(
    endOfSource(times.at(-2), times.at(-1)!, rate),
    to === undefined ? Number.POSITIVE_INFINITY : first + to,
  );
  const ticks = Math.max(1, Math.ceil((end - start) * rate - SAME * rate));
  const positions = new Int32Array(ticks);
  let shown = 0;
  for (let k = 0; k < ticks; k++) {
    const now = start + k / rate + SAME;
    while (shown + 1 < times.length && times[shown + 1]! <= now) shown++;
    positions[k] = shown;
  }
  return positions;
}

/** The frames of a source without timestamps that lie in `[from, to)` seconds at `rate` frames a second. */
export function resampleByRate(count: number, rate: number, from?: number, to?: number): Int32Array {
  const first = Math.min(count - 1, Math.max(0, Math.round((from ?? 0) * rate)));
  const last = to === undefined ? count : Math.min(count, Math.round(to * rate));
  return Int32Array.from({ length: Math.max(1, last - first) }, (_, i) => first + i);
}

/** When the last frame of a source leaves the screen: it stays as long as the one before it did, or one tick if it is alone. */
export const endOfSource = (before: number | undefined, last: number, rate: number): number =>
  last + (before !== undefined && last > before ? last - before : 1 / rate);
