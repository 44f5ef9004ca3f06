/**
 * Decoded frames to the network's pixels: resize, crop and, in training, what was drawn; `[T, H, W, 3]` uint8
 * in, `[T, crop, crop, 3]` uint8 out. The one place where a preprocessing spec is executed: trainer, evaluator,
 * exporter, server and browser all come here. Runs in browsers too.
 */
import { type ClipDraw, clipMatrix, type FrameDraw, noDraw } from './augment/augment.js';
import { type ColourMatrix, changesNothing, colourMatrix, meanLuma, recolour } from './augment/colour.js';
import { warp } from './augment/warp.js';
import { cropStart } from './crop.js';
import { type Frames, frameAt, frameBytes, type Size } from './frames.js';
import { resizeFrames } from './resize.js';
import type { PreprocessSpec, ResizeRule } from './spec.js';

export type GeometrySpec = Pick<PreprocessSpec, 'resize' | 'crop' | 'pad'>;

const still: ClipDraw = { flip: false, frames: [noDraw], perFrame: false };

/** Bytes of a prepared clip of `count` frames. */
export function preparedBytes(spec: GeometrySpec, count: number): number {
  return frameBytes(spec.crop.height, spec.crop.width, count);
}

/**
 * Writes the prepared clip into `out`, `[T, crop.height, crop.width, 3]`. Without a draw and a resize every
 * pixel is an exact copy. `scratch` may give memory for resized frames.
 */
export function prepareClip(
  frames: Frames,
  spec: GeometrySpec,
  out: Uint8Array = new Uint8Array(preparedBytes(spec, frames.count)),
  draw: ClipDraw = still,
  scratch?: Uint8Array,
): Uint8Array {
  const size = resizedSize(frames, spec);
  const resized = resizeFrames(frames, size.height, size.width, scratch);
  const luma = draw.frames.some((frame) => frame.contrast !== 1) ? meanLuma(resized.data) : 0;
  const target: Frames = { data: out, count: resized.count, ...spec.crop };
  if (draw.perFrame) {
    for (const [t, frame] of draw.frames.entries())
      prepareAsPil(oneFrame(resized, t), frame, draw.flip, oneFrame(target, t), luma);
  } else prepareAlike(resized, draw.frames[0]!, draw.flip, target, luma);
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

/** The size at another height, with the proportions kept. */
export function toHeight(frame: Size, height: number): Size {
  return { height, width: Math.max(1, Math.round((frame.width * height) / frame.height)) };
}

/** All frames move alike. */
function prepareAlike(frames: Frames, draw: FrameDraw, flip: boolean, out: Frames, luma: number): void {
  warp(frames, out, clipMatrix(draw, flip, frames, out), 'bilinear', coloursOf(draw, luma));
}

/** A frame as torchvision's transforms of PIL images change it: nearest pixels, and CenterCrop as a step of its own. */
function prepareAsPil(frame: Frames, draw: FrameDraw, flip: boolean, out: Frames, luma: number): void {
  warp(frame, out, clipMatrix(draw, flip, frame, out, true), 'nearest');
  clearOutside(out, frame);
  const colours = coloursOf(draw, luma);
  if (colours !== undefined) recolour(out.data, colours);
}

/** Undefined: colours stay. */
function coloursOf(draw: FrameDraw, luma: number): ColourMatrix | undefined {
  return changesNothing(draw) ? undefined : colourMatrix(draw, luma);
}

function oneFrame(frames: Frames, t: number): Frames {
  return { ...frames, data: frameAt(frames, t), count: 1 };
}

/** Blackens what the crop shows beyond the frame's rectangle: CenterCrop pads after RandomAffine. */
function clearOutside(crop: Frames, frame: Size): void {
  const top = Math.max(0, -cropStart(frame.height, crop.height));
  const left = Math.max(0, -cropStart(frame.width, crop.width));
  if (top === 0 && left === 0 && frame.height >= crop.height && frame.width >= crop.width) return;
  for (let y = 0; y < crop.height; y++) {
    const row = y * crop.width * 3;
    const inside = y >= top && y < top + frame.height;
    crop.data.fill(0, row, row + (inside ? left : crop.width) * 3);
    crop.data.fill(0, row + Math.min(crop.width, left + frame.width) * 3, row + crop.width * 3);
  }
}
