/**
 * The preprocessing and augmentation specs as zod schemas, for configurations: types, limits and defaults are those of
 * the specs themselves.
 */

import {
  type AugmentSpec,
  augmentDefaults,
  clipNumbers,
  type PreprocessSpec,
  specDefaults,
  specLimits,
} from '@kinora/clip';
import * as z from 'zod';
import { isPrintable } from '../files/printable.js';

const whole = ([low, high]: readonly [number, number]) => z.int().min(low).max(high);
const pixels = whole(specLimits.pixels);
const channels = z.tuple([z.number(), z.number(), z.number()]);
const positiveChannels = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

const resizeSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('none') }),
  z.strictObject({ rule: z.literal('shrink'), height: pixels }),
  z.strictObject({ rule: z.literal('height'), height: pixels }),
  z.strictObject({ rule: z.literal('exact'), height: pixels, width: pixels }),
]);

const preprocessFields = z.strictObject({
  frameRate: z.number().positive().max(specLimits.frameRate[1]).default(specDefaults.frameRate),
  frames: whole(specLimits.frames).default(specDefaults.frames),
  stride: whole(specLimits.stride).default(specDefaults.stride),
  clips: z
    .int()
    .min(-1)
    .max(specLimits.clips[1])
    .refine((n) => n !== 0, 'a positive number, or -1')
    .default(specDefaults.clips),
  sampling: z.enum(['dense', 'centre', 'uniform']).default(specDefaults.sampling),
  resize: resizeSchema.default(specDefaults.resize),
  crop: z.strictObject({ height: pixels, width: pixels }).default(specDefaults.crop),
  pad: z.enum(['zeros', 'resize']).default(specDefaults.pad),
  mean: channels.default([...specDefaults.mean]),
  std: positiveChannels.default([...specDefaults.std]),
  labels: z.array(z.string().min(1).refine(isPrintable, 'text without control characters')).default([]),
  flipMap: z.record(z.string(), z.string().nullable()).default({}),
  mirrored: z.boolean().default(specDefaults.mirrored),
}) satisfies z.ZodType<PreprocessSpec>;

export const preprocessSchema = preprocessFields.refine(
  (spec) => clipNumbers(spec) <= specLimits.numbers[1],
  `clips of at most ${specLimits.numbers[1]} numbers (frames x 3 x height x width)`,
);

const amount = z.number().min(0);
const range = z.tuple([z.number().positive(), z.number().positive()]);
const { erasing } = augmentDefaults;

const randAugmentSchema = z.strictObject({
  number: z.int().positive().default(2),
  magnitude: z.int().min(0).max(30).default(9),
});

const erasingSchema = z.strictObject({
  probability: amount.max(1).default(erasing.probability),
  area: range.default([...erasing.area]),
  ratio: range.default([...erasing.ratio]),
  fill: z.enum(['random', 'mean', 'black']).default(erasing.fill),
});

export const augmentSchema = z.strictObject({
  rotation: amount.max(180).default(augmentDefaults.rotation),
  translate: amount.max(1).default(augmentDefaults.translate),
  scale: range.default([...augmentDefaults.scale]),
  shear: amount.max(60).default(augmentDefaults.shear),
  flip: amount.max(1).default(augmentDefaults.flip),
  brightness: amount.max(1).default(augmentDefaults.brightness),
  contrast: amount.max(1).default(augmentDefaults.contrast),
  saturation: amount.max(1).default(augmentDefaults.saturation),
  hue: amount.max(0.5).default(augmentDefaults.hue),
  perFrame: z.boolean().default(augmentDefaults.perFrame),
  randAugment: randAugmentSchema.nullable().default(null),
  /** A bare number is its probability. */
  erasing: z.preprocess(
    (value) => (typeof value === 'number' ? { probability: value } : value),
    erasingSchema.prefault({}),
  ),
}) satisfies z.ZodType<AugmentSpec>;
