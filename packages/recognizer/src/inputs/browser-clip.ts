/** A clip that a page has, whatever it is, as the network's pixels. */
import type { Frames, PreprocessSpec } from '@kinora/clip';
import type { RgbaImage } from '../types.js';
import { framesOf } from './clip.js';
import { type Prepare, readVideo, type VideoSource } from './video-clip.js';

/**
 * A video: a `File` or `Blob`, an address relative to the page, or a `<video>` (of a camera, its next seconds are taken;
 * else the file that it plays). Or pictures (RGBA), one a tick of the spec's rate. Or decoded frames (RGB).
 */
export type BrowserClip = VideoSource | readonly RgbaImage[] | Frames;

/** What resizes, crops and samples: a worker. */
export interface Preparing {
  readonly picture: Prepare;
  /** Decoded frames to the clip `[T, crop.height, crop.width, 3]`. */
  frames(frames: Frames): Promise<Uint8Array>;
}

/** The prepared clip, uint8 RGB `[T, crop.height, crop.width, 3]`. Throws `recognizer/video`, `recognizer/frames`. */
export async function clipPixels(
  clip: BrowserClip,
  spec: PreprocessSpec,
  signal: AbortSignal | undefined,
  prepare: Preparing,
): Promise<Uint8Array> {
  if (isVideo(clip)) return readVideo(clip, spec, prepare.picture, signal);
  return prepare.frames(Array.isArray(clip) ? framesOf(clip) : (clip as Frames));
}

const isVideo = (clip: BrowserClip): clip is VideoSource =>
  typeof clip === 'string' || [HTMLVideoElement, Blob, URL].some((kind) => clip instanceof kind);

/** Whether pictures of a source are mirrored unless the caller says otherwise: those of a camera, for a model that knows mirrored people. */
export const mirrorsUnasked = (source: unknown, spec: PreprocessSpec): boolean =>
  spec.mirrored && source instanceof HTMLVideoElement && source.srcObject !== null;

/** Relative to the page, as everything else on it: a worker lies elsewhere. */
export const absolute = (address: string | URL): string => new URL(address, document.baseURI).href;
