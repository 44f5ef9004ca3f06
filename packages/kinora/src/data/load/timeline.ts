/** Which frames of a file follow each other in a clip: at the network's frame rate, in the part that the list names. */

import { type PreprocessSpec, resampleByRate, resampleByTime } from '@kinora/clip';
import type { ClipSource } from '../decode/source.js';
import type { ClipItem } from '../lists/clip-list.js';

export type ClipPart = Pick<ClipItem, 'path' | 'start' | 'end'>;

/** Positions in the source, one a tick of the spec's frame rate, in the item's part. */
export function clipTimeline(source: ClipSource, { start, end }: ClipPart, spec: PreprocessSpec): Int32Array {
  return source.times === undefined
    ? resampleByRate(source.count, spec.frameRate, start, end)
    : resampleByTime(source.times, spec.frameRate, start, end);
}

/** What made a timeline, in words: clips of one file with other words have other timelines. */
export function partOf({ start, end }: ClipPart, { frameRate }: PreprocessSpec): string {
  return JSON.stringify([frameRate, start ?? null, end ?? null]);
}
