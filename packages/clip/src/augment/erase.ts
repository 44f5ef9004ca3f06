/**
 * Random erasing (Zhong et al., "Random Erasing Data Augmentation", AAAI 2020) on clips: one box, at the same place and
 * with the same fill in every frame, so that it does not move. Drawn as torchvision's RandomErasing does.
 */
import type { Box, Frames, Size } from '../frames.js';
import type { Random } from './random.js';

/** Random erasing: how probable, how large and with what. */
export interface ErasingSpec {
  /** Probability of erasing a box. */
  readonly probability: number;
  /** Part of the frame's area, drawn between the two. */
  readonly area: readonly [low: number, high: number];
  /** Height by width, drawn between the two, evenly in its logarithm. */
  readonly ratio: readonly [low: number, high: number];
  /** Random values per pixel and channel (best in the paper), the mean of the preprocessing, or black. */
  readonly fill: 'random' | 'mean' | 'black';
}

/** Erases a box of uint8 RGB frames in place, or nothing, as drawn. @param mean per channel, on the scale 0 to 1 */
export function eraseBox(clip: Frames, spec: ErasingSpec, mean: readonly number[], random: Random): void {
  if (random.uniform() >= spec.probability) return;
  const box = drawBox(spec, clip, random);
  if (box !== undefined) fillBox(clip, box, filling(box, spec.fill, mean, random));
}

/** A box that fits the frame; undefined after ten draws that do not. */
export function drawBox(
  { area, ratio }: Pick<ErasingSpec, 'area' | 'ratio'>,
  frame: Size,
  random: Random,
): Box | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const pixels = frame.height * frame.width * random.uniform(...area);
    const shape = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const height = Math.round(Math.sqrt(pixels * shape));
    const width = Math.round(Math.sqrt(pixels / shape));
    if (height >= frame.height || width >= frame.width) continue;
    const top = random.below(frame.height - height + 1);
    return { top, left: random.below(frame.width - width + 1), height, width };
  }
  return undefined;
}

/** Pixels `[height, width, 3]` of the box. */
function filling(
  { height, width }: Box,
  fill: ErasingSpec['fill'],
  mean: readonly number[],
  random: Random,
): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  if (fill === 'random') return pixels.map(() => random.uint32() >>> 24);
  if (fill === 'mean') return pixels.map((_, i) => Math.round(255 * mean[i % 3]!));
  return pixels;
}

function fillBox(clip: Frames, { top, left, height, width }: Box, pixels: Uint8Array): void {
  for (let t = 0; t < clip.count; t++)
    for (let y = 0; y < height; y++) {
      const row = pixels.subarray(y * width * 3, (y + 1) * width * 3);
      clip.data.set(row, ((t * clip.height + top + y) * clip.width + left) * 3);
    }
}
