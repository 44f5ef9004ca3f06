/**
 * Augmentation: its settings, the draws for a training clip, and the resulting geometry. Drawn once per clip, so that
 * motion is preserved; with `perFrame`, once per frame, as in the tutorial. Draws depend only on the random stream;
 * nothing here touches pixels.
 */

import { cropStart } from '../crop.js';
import type { Size } from '../frames.js';
import { type ColourChange, sameColours } from './colour.js';
import type { ErasingSpec } from './erase.js';
import { type Affine, compose, inverseAffine, type Matrix, mirror, quantise, translation } from './matrix.js';
import type { RandAugmentSpec } from './rand-augment.js';
import type { Random } from './random.js';

/** What augmentation may change in a training clip, and how much. */
export interface AugmentSpec {
  /** Largest rotation in degrees, in both directions, 0 to 180. */
  readonly rotation: number;
  /** Largest shift in both directions, as a fraction of the frame's width and height, 0 to 1. */
  readonly translate: number;
  /** Factor drawn between the two. */
  readonly scale: readonly [low: number, high: number];
  /** Largest shear along x in degrees, in both directions, 0 to 60. */
  readonly shear: number;
  /** Probability of mirroring a clip; its label goes through the spec's flip map. */
  readonly flip: number;
  /** Factors drawn from `[1 - x, 1 + x]`. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Hue shift, as a fraction of the colour circle, drawn from `[-x, x]`, at most 0.5. */
  readonly hue: number;
  /**
   * The tutorial's RandomAffine: a new draw for each frame, shifts by whole pixels, nearest pixel
   * (torchvision's defaults: interpolation NEAREST, fill 0), and nothing from beyond the frame's own rectangle.
   */
  readonly perFrame: boolean;
  /** RandAugment: operations drawn once for the whole clip; null: none. */
  readonly randAugment: RandAugmentSpec | null;
  /** Random erasing: a box through all frames. */
  readonly erasing: ErasingSpec;
}

export const augmentDefaults: AugmentSpec = {
  rotation: 10,
  translate: 0.15,
  scale: [1, 1],
  shear: 0,
  flip: 0,
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
  perFrame: false,
  randAugment: null,
  erasing: { probability: 0, area: [0.02, 0.4], ratio: [0.3, 1 / 0.3], fill: 'random' },
};

/** The draw for one clip, or for one frame of it. Translations are fractions of the frame. */
export interface FrameDraw extends ColourChange, Affine {}

/** The augmentation drawn for one clip. */
export interface ClipDraw {
  readonly flip: boolean;
  /** One draw for all frames, or one for each. */
  readonly frames: readonly FrameDraw[];
  readonly perFrame: boolean;
}

export const noDraw: FrameDraw = {
  ...sameColours,
  rotation: 0,
  translateX: 0,
  translateY: 0,
  scale: 1,
  shear: 0,
};

/** Draws the augmentation of a clip of `count` frames. */
export function drawClip(spec: AugmentSpec, random: Random, count: number): ClipDraw {
  const flip = random.uniform() < spec.flip;
  const frames = Array.from({ length: spec.perFrame ? count : 1 }, () => drawFrame(spec, random));
  return { flip, frames, perFrame: spec.perFrame };
}

/** Always makes the same number of draws, so that enabling one change does not affect the others. */
function drawFrame(spec: AugmentSpec, random: Random): FrameDraw {
  const about = (centre: number, reach: number): number => random.uniform(centre - reach, centre + reach);
  return {
    rotation: about(0, spec.rotation),
    translateX: about(0, spec.translate),
    translateY: about(0, spec.translate),
    scale: random.uniform(...spec.scale),
    shear: about(0, spec.shear),
    brightness: about(1, spec.brightness),
    contrast: about(1, spec.contrast),
    saturation: about(1, spec.saturation),
    hue: about(0, spec.hue),
  };
}

/**
 * The matrix from a pixel of the crop to the pixel of the (resized) frame it shows: mirror, crop and affine
 * in one. The affine turns about the frame's centre. `asPil` rounds
 * shifts to whole pixels as torchvision does, and the matrix as PIL does.
 */
export function clipMatrix(draw: FrameDraw, flip: boolean, frame: Size, crop: Size, asPil = false): Matrix {
  const shift = (fraction: number, size: number): number =>
    asPil ? Math.round(fraction * size) : fraction * size;
  const window = translation(cropStart(frame.width, crop.width), cropStart(frame.height, crop.height));
  const view = flip ? compose(window, mirror(crop.width)) : window;
  if (draw.rotation === 0 && draw.shear === 0 && draw.scale === 1) {
    // Without trigonometry, a shift by whole pixels stays exact, and warping only copies.
    return compose(
      translation(-shift(draw.translateX, frame.width), -shift(draw.translateY, frame.height)),
      view,
    );
  }
  const affine = {
    ...draw,
    translateX: shift(draw.translateX, frame.width),
    translateY: shift(draw.translateY, frame.height),
  };
  const turned = inverseAffine(affine, frame.width / 2, frame.height / 2);
  return compose(asPil ? quantise(turned) : turned, view);
}
