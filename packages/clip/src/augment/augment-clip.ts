/**
 * Applies a draw of the augmentation to the pixels of a clip: geometry and colours, then RandAugment and random
 * erasing.
 */
import { cropStart } from '../crop.js';
import { type Frames, frameOf, type Size } from '../frames.js';
import { type GeometrySpec, preparedBytes, resizedSize } from '../prepare.js';
import { resizeFrames } from '../resize.js';
import { type AugmentSpec, type ClipDraw, clipMatrix, type FrameDraw } from './augment.js';
import { type ColourMatrix, changesNothing, colourMatrix, meanLuma, recolour } from './colour.js';
import { eraseBox } from './erase.js';
import { identity, type Matrix } from './matrix.js';
import { randAugment } from './rand-augment.js';
import { type Random, randomStream } from './random.js';
import { warp } from './warp.js';

/**
 * Like `prepareClip`, with the augmentation drawn for the clip: writes `[T, crop.height, crop.width, 3]` into `out` and
 * returns it. A draw that changes nothing gives the same bytes as `prepareClip`.
 */
export function augmentClip(
  frames: Frames,
  spec: GeometrySpec,
  draw: ClipDraw,
  out: Uint8Array = new Uint8Array(preparedBytes(spec, frames.count)),
  scratch?: Uint8Array,
): Uint8Array {
  const size = resizedSize(frames, spec);
  const resized = resizeFrames(frames, size.height, size.width, scratch);
  const luma = draw.frames.some((frame) => frame.contrast !== 1) ? meanLuma(resized.data) : 0;
  const target: Frames = { data: out, count: resized.count, ...spec.crop };
  if (draw.perFrame) {
    for (const [t, frame] of draw.frames.entries())
      warpAsPil(frameOf(resized, t), frame, draw.flip, frameOf(target, t), luma);
  } else warpAlike(resized, draw.frames[0]!, draw.flip, target, luma);
  return out;
}

/**
 * Changes a prepared clip, uint8 RGB, in place: RandAugment, then random erasing. Each has its own random stream, so
 * that enabling one does not change other draws. Returns how pixels moved, as an output-to-source matrix.
 * @param mean the preprocessing's, per channel, on the scale 0 to 1
 */
export function perturbClip(
  clip: Frames,
  spec: AugmentSpec,
  mean: readonly number[],
  random: Random,
): Matrix {
  const [operations, boxes] = [randomStream(random.uint32()), randomStream(random.uint32())];
  const view = spec.randAugment === null ? identity : randAugment(clip, spec.randAugment, operations);
  if (spec.erasing.probability > 0) eraseBox(clip, spec.erasing, mean, boxes);
  return view;
}

/** All frames move alike. */
function warpAlike(frames: Frames, draw: FrameDraw, flip: boolean, out: Frames, luma: number): void {
  warp(frames, out, clipMatrix(draw, flip, frames, out), 'bilinear', coloursOf(draw, luma));
}

/** Changes a frame like torchvision's transforms of PIL images: nearest pixels, and CenterCrop as a separate step. */
function warpAsPil(frame: Frames, draw: FrameDraw, flip: boolean, out: Frames, luma: number): void {
  warp(frame, out, clipMatrix(draw, flip, frame, out, true), 'nearest');
  clearOutside(out, frame);
  const colours = coloursOf(draw, luma);
  if (colours !== undefined) recolour(out.data, colours);
}

/** Undefined: no change of colours. */
function coloursOf(draw: FrameDraw, luma: number): ColourMatrix | undefined {
  return changesNothing(draw) ? undefined : colourMatrix(draw, luma);
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
