/**
 * The keys that say how frames become the network's input, in the starting point's words where it has them. Types,
 * defaults and rules are those of the preprocessing spec (clip/spec.ts).
 */
import * as z from 'zod';
import { preprocessSchema } from './clip-schema.js';

const spec = preprocessSchema.shape;

/** `84` means a square. */
const Crop = z.preprocess(
  (value) => (typeof value === 'number' ? { height: value, width: value } : value),
  spec.crop,
);

/** `"none"` means `{"rule": "none"}`. */
const Resize = z.preprocess((value) => (typeof value === 'string' ? { rule: value } : value), spec.resize);

export const preprocessKeys = {
  clip_size: spec.frames.describe('frames of a clip'),
  nclips: spec.clips.describe('clips in a row from one video; -1: all of it'),
  step_size: spec.stride.describe('every step_size-th frame is taken'),
  sampling: spec.sampling.describe('dense as the starting point, centre, or uniform over the video'),
  frame_rate: spec.frameRate.describe('frames per second that videos are brought to'),
  resize: Resize.describe('none, or a rule with pixels such as {"rule": "height", "height": 100}'),
  crop: Crop.describe('centred window that the network sees, in pixels; one number for a square'),
  pad: spec.pad.describe('frames smaller than the crop: zeros around them, or resize'),
  mean: spec.mean.describe('of the channels red, green, blue, on the scale 0 to 1'),
  std: spec.std.describe('of the same'),
  flip_map: spec.flipMap.describe('label of a mirrored clip where it is another one; null: never mirror it'),
};
