/**
 * Which frames of a clip a shard needs. Of a part of a video these are the frames on the screen in it, with one before or
 * after where the moment of its end hangs on that: at any frame rate the part then shows what it showed in the video.
 */
import type { ClipSource } from '../../decode/source.js';
import type { ClipPart } from '../../load/timeline.js';

export interface KeptFrames {
  /** Positions in the source, ascending and without gaps. */
  readonly positions: number[];
  /** As a packed clip's description has them. */
  readonly times?: number[];
}

/** Timestamps this close are the same, in seconds, as for the frame on the screen (`resample.ts`). */
const SAME = 1e-6;

/** All frames of a source without timestamps: what its seconds are depends on a frame rate that is chosen in training. */
export function keptFrames(
  { count, times }: Pick<ClipSource, 'count' | 'times'>,
  part: ClipPart,
): KeptFrames {
  if (times === undefined) return { positions: Array.from({ length: count }, (_, i) => i) };
  const shown = lastIndex(times, (time) => time <= (part.start ?? 0) + SAME);
  const after = part.end === undefined ? -1 : times.findIndex((time) => time >= part.end!);
  const last = after < 0 ? count - 1 : Math.max(after, shown);
  // The last frame of all stays as long as the one before it did.
  const first = Math.max(0, last === count - 1 ? Math.min(shown, count - 2) : shown);
  const positions = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const own = positions.map((position) => times[position]!);
  return { positions, times: first > 0 ? [times[0]!, ...own] : own };
}

/** The last index that satisfies; 0 if none does. */
function lastIndex(times: Float64Array, satisfies: (time: number) => boolean): number {
  let found = 0;
  for (let i = 1; i < times.length && satisfies(times[i]!); i++) found = i;
  return found;
}
