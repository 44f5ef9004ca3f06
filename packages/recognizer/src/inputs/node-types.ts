/** What a Node program hands to a recognizer or a trainer. Declarations only: those of what decodes it are not in the package. */
import type { Frames } from '@kinora/clip';
import type { RgbaImage, TimedFrame } from '../types.js';

/** A video by its path or address, or frames as they come. Files are played as fast as they can be predicted. */
export type NodeSource = string | URL | AsyncIterable<TimedFrame> | Iterable<TimedFrame>;
/**
 * A folder of JPEG frames or a video file by its path or `file:` address, decoded frames (RGB), or pictures (RGBA), one a
 * tick of the spec's rate.
 */
export type NodeClip = string | URL | Frames | readonly RgbaImage[];
/** A picture, RGBA, or RGB `[H, W, 3]`. It is copied. */
export type NodeFrame = RgbaImage;
