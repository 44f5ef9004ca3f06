/** Any clip as JPEGs for a shard: copied unchanged if they fit, otherwise encoded. Every frame is decoded as a check. */
import { frameAt, frameBytes, resizeFrames, type Size, toHeight } from '@kinora/clip';
import { encodeJpeg, jpegSize } from '../../decode/jpeg.js';
import { verifyFrames } from '../../decode/jpeg-frames.js';
import type { ClipSource } from '../../decode/source.js';
import { type ClipPart, openClip } from '../../open.js';

export interface JpegSettings {
  /** Height in pixels; the width follows. null: keep the clip's height and copy JPEGs. */
  readonly height: number | null;
  /** Quality of encoded JPEGs, 1-100. */
  readonly quality: number;
}

export interface ClipJpegs extends Size {
  readonly jpegs: readonly Uint8Array[];
  readonly times?: readonly number[];
}

/** Limit of decoded frames in memory, in bytes, because a video may be long. */
const AT_A_TIME = 128 * 2 ** 20;

/** Throws KinoraError `clip/...` if any packed frame of the clip is damaged. */
export async function clipJpegs(part: ClipPart, { height, quality }: JpegSettings): Promise<ClipJpegs> {
  const source = await openClip(part.path);
  const { positions, times } = keptFrames(source, part);
  const copied = await copy(source, positions, height);
  const made = copied ?? (await encode(source, positions, height, quality));
  return { ...made, ...(times && { times }) };
}

/** The JPEGs unchanged, if the source has any and they have that height. */
async function copy(
  source: ClipSource,
  positions: readonly number[],
  height: number | null,
): Promise<ClipJpegs | undefined> {
  const encoded = await source.encoded?.(positions);
  if (encoded === undefined) return undefined;
  const first = encoded(positions[0]!);
  const size = jpegSize(first.bytes, first.name);
  if (height !== null && size.height !== height) return undefined;
  const frames = positions.map(encoded);
  verifyFrames((i) => frames[i]!, frames.length);
  return { ...size, jpegs: frames.map(({ bytes }) => bytes) };
}

async function encode(
  source: ClipSource,
  positions: readonly number[],
  height: number | null,
  quality: number,
): Promise<ClipJpegs> {
  const first = await source.read(positions.slice(0, 1));
  const size = height === null ? first : toHeight(first, height);
  const count = Math.max(1, Math.floor(AT_A_TIME / frameBytes(first.height, first.width)));
  const jpegs: Uint8Array[] = [];
  for (let from = 0; from < positions.length; from += count) {
    const frames = await source.read(positions.slice(from, from + count));
    const resized = resizeFrames(frames, size.height, size.width);
    for (let t = 0; t < resized.count; t++) jpegs.push(encodeJpeg(frameAt(resized, t), size, quality));
  }
  return { height: size.height, width: size.width, jpegs };
}

/**
 * The frames of a clip that a shard needs. For a part of a video these are the frames shown in it, plus a neighbouring
 * frame if the end depends on it, so that at any frame rate the part shows the same as in the video.
 */

export interface KeptFrames {
  /** Positions in the source, ascending, without gaps. */
  readonly positions: number[];
  /** Times as in a packed clip's description. */
  readonly times?: number[];
}

/** Timestamps this close, in seconds, count as equal, as in `resampleByTime`. */
const SAME = 1e-6;

/** All frames of a source without timestamps, because its seconds depend on a frame rate that is chosen in training. */
export function keptFrames(
  { count, times }: Pick<ClipSource, 'count' | 'times'>,
  part: ClipPart,
): KeptFrames {
  if (times === undefined) return { positions: Array.from({ length: count }, (_, i) => i) };
  const shown = lastIndex(times, (time) => time <= (part.start ?? 0) + SAME);
  const after = part.end === undefined ? -1 : times.findIndex((time) => time >= part.end!);
  const last = after < 0 ? count - 1 : Math.max(after, shown);
  // The last frame is shown as long as the one before it.
  const first = Math.max(0, last === count - 1 ? Math.min(shown, count - 2) : shown);
  const positions = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const own = positions.map((position) => times[position]!);
  return { positions, times: first > 0 ? [times[0]!, ...own] : own };
}

/** The last index that satisfies the condition; 0 if none does. */
function lastIndex(times: Float64Array, satisfies: (time: number) => boolean): number {
  let found = 0;
  for (let i = 1; i < times.length && satisfies(times[i]!); i++) found = i;
  return found;
}
