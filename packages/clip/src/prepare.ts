/**
 * Decoded frames to the network's pixels: resize and crop, uint8 `[T, H, W, 3]` in, `[T, crop, crop, 3]` out. Trainer,
 * evaluator, exporter, server and browser all execute a preprocessing spec here.
 */
import { copyWindow, cropStart } from './crop.js';
import { type Frames, frameBytes, type Size } from './frames.js';
import { resizeFrames } from './resize.js';
import type { PreprocessSpec, ResizeRule } from './spec.js';

export type GeometrySpec = Pick<PreprocessSpec, 'resize' | 'crop' | 'pad'>;

/** Bytes of a prepared clip of `count` frames. */
export function preparedBytes(spec: GeometrySpec, count: number): number {
  return frameBytes(spec.crop.height, spec.crop.width, count);
}

/**
 * Writes the prepared clip into `out`, `[T, crop.height, crop.width, 3]`, and returns it. Without a resize every pixel is
 * an exact copy. `scratch` can provide memory for resized frames. To augment the clip as well, use `augmentClip`.
 */
export function prepareClip(
  frames: Frames,
  spec: GeometrySpec,
  out: Uint8Array = new Uint8Array(preparedBytes(spec, frames.count)),
  scratch?: Uint8Array,
): Uint8Array {
  const { height, width } = resizedSize(frames, spec);
  const { crop } = spec;
  const target: Frames = { data: out, count: frames.count, ...crop };
  const resized = resizeFrames(frames, height, width, scratch);
  copyWindow(resized, target, cropStart(width, crop.width), cropStart(height, crop.height));
  return out;
}

/** The size of the frames after the resize rule and, with `pad: resize`, after growing to the crop. */
export function resizedSize(frame: Size, spec: GeometrySpec): Size {
  const ruled = ruledSize(frame, spec.resize);
  const grow = Math.max(spec.crop.height / ruled.height, spec.crop.width / ruled.width);
  if (spec.pad === 'zeros' || grow <= 1) return ruled;
  return {
    height: Math.max(spec.crop.height, Math.round(ruled.height * grow)),
    width: Math.max(spec.crop.width, Math.round(ruled.width * grow)),
  };
}

function ruledSize(frame: Size, rule: ResizeRule): Size {
  switch (rule.rule) {
    case 'none':
      return frame;
    case 'shrink':
      return frame.height <= rule.height ? frame : toHeight(frame, rule.height);
    case 'height':
      return toHeight(frame, rule.height);
    case 'exact':
      return rule;
    default:
      return rule satisfies never;
  }
}

/** The size at another height, with the same aspect ratio. */
export function toHeight(frame: Size, height: number): Size {
  return { height, width: Math.max(1, Math.round((frame.width * height) / frame.height)) };
}
