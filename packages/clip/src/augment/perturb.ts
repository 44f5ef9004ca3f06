/**
 * What training does to a prepared clip beyond geometry and colour: RandAugment, then random erasing. Each draws from a
 * stream of its own, so that switching one on leaves everything else as it was. Runs in browsers too.
 */

import type { Frames } from '../frames.js';
import type { AugmentSpec } from './augment-spec.js';
import { eraseBox } from './erase.js';
import { identity, type Matrix } from './matrix.js';
import { randAugment } from './rand-augment.js';
import { type Random, randomStream } from './random.js';

/**
 * Changes uint8 RGB frames in place. Returns how pixels moved, from output to source.
 * @param mean the preprocessing's, per channel, on the scale 0 to 1
 */
export function perturbClip(
  clip: Frames,
  spec: AugmentSpec,
  mean: readonly number[],
  random: Random,
): Matrix {
  const [operations, boxes] = [randomStream(random.uint32()), randomStream(random.uint32())];
  const view = spec.rand_augment === null ? identity : randAugment(clip, spec.rand_augment, operations);
  if (spec.erasing.probability > 0) eraseBox(clip, spec.erasing, mean, boxes);
  return view;
}
