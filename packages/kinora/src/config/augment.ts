/**
 * What training changes in a clip before the network sees it. The defaults are the starting point's: rotation and
 * shift, nothing else. Everything is drawn once per clip; `per_frame` draws it anew for each frame, which makes the
 * clip jitter and exists for comparison only.
 */
import { z } from 'zod';

const range = z.tuple([z.number().positive(), z.number().positive()]);
const strength = z.number().min(0).max(1);

const Full = z.strictObject({
  degrees: z.number().min(0).max(180).default(10).describe('rotation, drawn from [-degrees, degrees]'),
  translate: strength.default(0.15).describe('shift, as a share of the width and height'),
  scale: range.default([1, 1]).describe('zoom, drawn from [low, high]'),
  shear: z.number().min(0).max(45).default(0).describe('horizontal shear in degrees, from [-shear, shear]'),
  flip: strength.default(0).describe('chance of mirroring; labels follow the flip map'),
  brightness: strength.default(0).describe('factor drawn from [1 - b, 1 + b]'),
  contrast: strength.default(0).describe('factor drawn from [1 - c, 1 + c]'),
  saturation: strength.default(0).describe('factor drawn from [1 - s, 1 + s]'),
  hue: z.number().min(0).max(0.5).default(0).describe('shift of the hue, as a share of the circle'),
  per_frame: z.boolean().default(false).describe('draw anew for each frame, as the starting point does'),
});

const NONE = { degrees: 0, translate: 0 };

/** `false` in a configuration turns everything off. */
export const Augment = z.preprocess((value) => (value === false ? NONE : value), Full);
export type Augment = z.output<typeof Full>;
