/**
 * Opens any clip: a folder of frames, a video file or a clip in a packed shard; and finds its successive
 * frames: at the network's frame rate, within the part of the file that the list specifies.
 */
import { type Stats, statSync } from 'node:fs';
import { type PreprocessSpec, resampleByRate, resampleByTime } from '@kinora/clip';
import { checkRegular } from '../files/bounded.js';
import { fileError } from './decode/file-error.js';
import { openFolder } from './decode/folder.js';
import type { ClipSource } from './decode/source.js';
import { openVideo } from './decode/video.js';
import type { ClipItem } from './lists/clip-list.js';
import { packedPlace } from './pack/description.js';
import { openPacked } from './pack/packed.js';

/** Opens a folder of JPEG frames, a video file or a packed clip. Throws KinoraError `clip/...` if there is no clip. */
export async function openClip(path: string): Promise<ClipSource> {
  const place = packedPlace(path);
  if (place !== undefined) return openPacked(path, place);
  const stat = statClip(path);
  if (stat.isDirectory()) return openFolder(path);
  checkRegular(path, stat, { expected: EXPECTED, kind: 'clip' });
  return openVideo(path);
}

const EXPECTED = 'a folder of JPEG frames or a video file';

function statClip(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileError(error, path, EXPECTED);
  }
}

export type ClipPart = Pick<ClipItem, 'path' | 'start' | 'end'>;

/** Positions in the source, one per tick of the spec's frame rate, within the item's part. */
export function clipTimeline(source: ClipSource, { start, end }: ClipPart, spec: PreprocessSpec): Int32Array {
  return source.times === undefined
    ? resampleByRate(source.count, spec.frameRate, start, end)
    : resampleByTime(source.times, spec.frameRate, start, end);
}

/** A description of the timeline, which differs between clips of one file with different timelines. */
export function partOf({ start, end }: ClipPart, { frameRate }: PreprocessSpec): string {
  return JSON.stringify([frameRate, start ?? null, end ?? null]);
}
