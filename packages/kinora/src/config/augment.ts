/** The `augment` key: what training may change in a clip, or `false` for nothing at all. */
import * as z from 'zod';
import { augmentSchema } from './clip-schema.js';

const { shape } = augmentSchema;

const documented = z.strictObject({
  rotation: shape.rotation.describe('Largest rotation in degrees, in both directions.'),
  translate: shape.translate.describe(
    'Largest shift in both directions, as a fraction of the width and height of the frame.',
  ),
  scale: shape.scale.describe('Range `[low, high]` of the scale factor.'),
  shear: shape.shear.describe('Largest shear along x in degrees, in both directions.'),
  flip: shape.flip.describe('Probability of mirroring a clip. Its label follows `flipMap`.'),
  brightness: shape.brightness.describe('Brightness changes by a factor from `[1 - x, 1 + x]`.'),
  contrast: shape.contrast.describe('Contrast changes by a factor from `[1 - x, 1 + x]`.'),
  saturation: shape.saturation.describe('Saturation changes by a factor from `[1 - x, 1 + x]`.'),
  hue: shape.hue.describe('Hue changes by up to this many turns of the colour circle, in both directions.'),
  perFrame: shape.perFrame.describe(
    'Draw rotation, shift, scale and shear anew for every frame, as the tutorial does, instead of once per clip.',
  ),
  randAugment: shape.randAugment.meta({
    description:
      'RandAugment: `{"number": 2, "magnitude": 9}` applies that many operations, drawn once per clip, at a magnitude from 0 to 30.',
    byDefault: 'off',
  }),
  erasing: shape.erasing.meta({
    description:
      'Random erasing: one box through all frames. A probability, or an object with `probability`, `area` and `ratio` (ranges) and `fill` (`random`, `mean` or `black`).',
    shorthand: { type: 'number', minimum: 0, maximum: 1 },
  }),
});

type Input = z.input<typeof documented>;

const NOTHING: Input = { rotation: 0, translate: 0 };

export const Augment = z.preprocess(
  (value: false | Input) => (value === false ? NOTHING : value),
  documented,
);
