/**
 * What augmentation a run may ask for, and the defaults. Types only: the drawing is in `augment.ts`.
 */
import type { ErasingSpec } from './erase.js';
import type { RandAugmentSpec } from './rand-augment.js';

export interface AugmentSpec {
  /** Up to this many degrees either way, 0 to 180. */
  readonly rotation: number;
  /** Up to this fraction of the frame's width and height, either way, 0 to 1. */
  readonly translate: number;
  /** Factor drawn between the two. */
  readonly scale: readonly [low: number, high: number];
  /** Up to this many degrees along x, either way, 0 to 60. */
  readonly shear: number;
  /** Probability of mirroring a clip; its label goes through the spec's flip map. */
  readonly flip: number;
  /** Factors drawn from `[1 - x, 1 + x]`. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Turns round the colour circle, drawn from `[-x, x]`, at most 0.5. */
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
