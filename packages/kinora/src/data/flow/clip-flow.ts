/**
 * The flow of a clip at given moments, cached or computed. A field belongs to a moment of the clip's timeline and
 * describes the motion until the next moment, one tick of the frame rate later, however sparsely frames are sampled.
 * After the last moment there is no motion.
 */

import { FLOW_FIELDS, type FlowFields, pickFields, resizeFrames, type Size } from '@kinora/clip';
import { kinoraError } from '@kinora/torch/error';
import type { ClipSource } from '../decode/source.js';
import { type CachedFlow, cachedFlow } from './cache.js';
import { computeFlow, consecutive } from './farneback.js';

/** The clip to read the flow of. */
export interface FlowClip {
  readonly source: ClipSource;
  /** Positions in the source, one per tick of the frame rate, int32 `[ticks]`. */
  readonly timeline: Int32Array;
  /** A description of the timeline: rate, start, end. */
  readonly part: string;
  /** The frames' size after the resize rule; flow is computed on it. */
  readonly size: Size;
}

/** The frames of a clip of `count` frames that the fields belong to: evenly spread, including the first and the last. */
export function fieldPlaces(count: number, fields: number = FLOW_FIELDS): Int32Array {
  return Int32Array.from({ length: fields }, (_, i) =>
    fields === 1 ? 0 : Math.round((i * (count - 1)) / (fields - 1)),
  );
}

/**
 * The fields at these moments of the timeline, `[moments, H, W, 2]`. With a cache folder, all of the clip's fields are
 * computed once and stored; without one, only the requested fields are computed. Throws `clip/no-flow` for a clip of
 * one frame.
 */
export async function readFlow(
  clip: FlowClip,
  moments: ArrayLike<number>,
  cache: string | undefined,
): Promise<FlowFields> {
  checkMoves(clip);
  if (cache === undefined) return computeAt(clip, moments);
  const cached = placeOf(clip, cache);
  return cached.read(moments) ?? (await compute(clip, cached, moments));
}

/** Adds a clip's flow to the cache unless it is there. Resolves to whether it was computed. */
export async function cacheFlow(clip: FlowClip, cache: string): Promise<boolean> {
  checkMoves(clip);
  const cached = placeOf(clip, cache);
  if (cached.has()) return false;
  await compute(clip, cached, []);
  return true;
}

function placeOf({ source, ...subject }: FlowClip, cache: string): CachedFlow {
  return cachedFlow(cache, { path: source.path, ...subject });
}

async function compute(clip: FlowClip, cached: CachedFlow, moments: ArrayLike<number>): Promise<FlowFields> {
  const frames = await clip.source.read(clip.timeline);
  const { height, width } = clip.size;
  const all = await computeFlow(resizeFrames(frames, height, width), consecutive(frames.count));
  cached.write(all);
  return pickFields(all, moments);
}

/** Reads and computes only the requested fields. */
async function computeAt(
  { source, timeline, size }: FlowClip,
  moments: ArrayLike<number>,
): Promise<FlowFields> {
  const steps = Array.from(moments, (moment) => [
    timeline[moment]!,
    timeline[Math.min(moment + 1, timeline.length - 1)]!,
  ]);
  const needed = [...new Set(steps.flat())].sort((a, b) => a - b);
  const frames = resizeFrames(await source.read(needed), size.height, size.width);
  return computeFlow(
    frames,
    steps.map(([from, to]) => [needed.indexOf(from!), needed.indexOf(to!)] as const),
  );
}

function checkMoves({ source, timeline }: FlowClip): void {
  if (timeline.length > 1) return;
  throw kinoraError('clip/no-flow', source.path, {
    expected: 'at least two frames, for motion between them',
    received: 'one',
  });
}
