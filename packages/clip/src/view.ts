/**
 * Views of a video for evaluation: several clips along time and several crops across the frame, whose predictions are
 * averaged (Wang et al., Non-local Neural Networks, CVPR 2018: 10 clips of 3 crops). The preprocessing spec alone means
 * one clip and one crop. Pure functions.
 */
import { type ClipDraw, noDraw } from './augment/augment.js';
import type { Random } from './augment/random.js';
import { cropStart } from './crop.js';
import type { Size } from './frames.js';
import { densePositions, type SamplingSpec, samplePositions, windowLength } from './sample.js';

/** Number of views that a prediction averages. */
export interface Views {
  /** Along time. */
  readonly clips: number;
  /** Along the longer side of the frame. */
  readonly crops: number;
}

/** One view: index and number of its clip and of its crop, from 0. */
export interface View extends Views {
  readonly clip: number;
  readonly crop: number;
}

export const oneView: Views = { clips: 1, crops: 1 };

export const isOneView = ({ clips, crops }: Views): boolean => clips === 1 && crops === 1;

/** All views, the crops of a clip one after the other. */
export function viewsOf({ clips, crops }: Views): View[] {
  return Array.from({ length: clips * crops }, (_, i) => ({
    clips,
    crops,
    clip: Math.floor(i / crops),
    crop: i % crops,
  }));
}

/**
 * The positions `[T]` of a view, as samplePositions returns them for one clip. Of several clips, the first begins with
 * the video and the last ends with it; segments are sampled at as many places. A video no longer than a clip has only
 * one.
 */
export function viewPositions(count: number, spec: SamplingSpec, { clip, clips }: View): Int32Array {
  if (clips === 1) return samplePositions(count, spec);
  if (spec.sampling === 'uniform') return samplePositions(count, spec, always((clip + 0.5) / clips));
  const start = Math.round((clip * Math.max(0, count - windowLength(count, spec))) / (clips - 1));
  return densePositions(count, spec).map((position) => Math.min(count - 1, position + start));
}

/** A random stream that draws the same place in each segment. */
const always = (place: number): Random => ({
  uint32: () => 0,
  uniform: (low = 0, high = 1) => low + place * (high - low),
  below: () => 0,
});

/**
 * The shift that brings a view's window to the centre, where the crop is. Of several crops, the first is at the start
 * of the frame's longer side and the last at its end. A single crop, or a crop that covers the side, is not shifted.
 */
export function viewDraw(frame: Size, window: Size, { crop, crops }: View): ClipDraw {
  const shift = (side: 'height' | 'width'): number => {
    const room = frame[side] - window[side];
    if (crops === 1 || room <= 0) return 0;
    const start = Math.round((crop * room) / (crops - 1));
    return (cropStart(frame[side], window[side]) - start) / frame[side];
  };
  const wide = frame.width >= frame.height;
  const drawn = { ...noDraw, translateX: wide ? shift('width') : 0, translateY: wide ? 0 : shift('height') };
  return { flip: false, frames: [drawn], perFrame: false };
}
