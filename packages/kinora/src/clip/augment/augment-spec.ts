/**
 * What augmentation a config may ask for. Validation only: the drawing stands in `augment.ts`.
 */
import * as z from 'zod';

const amount = z.number().min(0);
const range = z.tuple([z.number().positive(), z.number().positive()]);

const randAugmentSchema = z.strictObject({
  /** Operations that each clip goes through. */
  number: z.int().positive().default(2),
  /** How strong they are, as in torchvision: 0 to 30. */
  magnitude: z.int().min(0).max(30).default(9),
});

const erasingSchema = z.strictObject({
  probability: amount.max(1).default(0),
  /** Part of the frame, drawn between the two; the paper's. */
  area: range.default([0.02, 0.4]),
  /** Height by width, drawn between the two. */
  ratio: range.default([0.3, 1 / 0.3]),
  fill: z.enum(['random', 'mean', 'black']).default('random'),
});

export const augmentSchema = z.strictObject({
  /** Up to this many degrees either way. */
  rotation: amount.max(180).default(10),
  /** Up to this fraction of the frame's width and height, either way. */
  translate: amount.max(1).default(0.15),
  /** Factor drawn between the two. */
  scale: range.default([1, 1]),
  /** Up to this many degrees along x, either way. */
  shear: amount.max(60).default(0),
  /** Probability of mirroring a clip; its label goes through the spec's flip map. */
  flip: amount.max(1).default(0),
  /** Factors drawn from `[1 - x, 1 + x]`. */
  brightness: amount.max(1).default(0),
  contrast: amount.max(1).default(0),
  saturation: amount.max(1).default(0),
  /** Turns round the colour circle, drawn from `[-x, x]`. */
  hue: amount.max(0.5).default(0),
  /**
   * The starting point's RandomAffine: a new draw for each frame, shifts by whole pixels, nearest pixel
   * (torchvision's defaults: interpolation NEAREST, fill 0), and nothing from beyond the frame's own rectangle.
   */
  per_frame: z.boolean().default(false),
  /** RandAugment: operations drawn once for the whole clip (rand-augment.ts); null: none. */
  rand_augment: randAugmentSchema.nullable().default(null),
  /** Random erasing: a box through all frames (erase.ts); a bare number is its probability. */
  erasing: z.preprocess(
    (value) => (typeof value === 'number' ? { probability: value } : value),
    erasingSchema.prefault({}),
  ),
});

export type AugmentSpec = z.infer<typeof augmentSchema>;
